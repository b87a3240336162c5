//! Ways to ask for packages.

use super::*;

#[test]
fn what_is_for_other_platforms_is_left_out() {
    let code = "import elsewhere; print('here')";
    check(
        Stage::get().run(&["--with", "elsewhere", "-c", code]),
        "here\n",
    );
}

#[test]
fn a_script_says_what_it_needs() {
    let stage = Stage::get();
    let folder = tempfile::tempdir_in(stage.root.path()).expect("a folder");
    let path = folder.path().join("main.py");
    let script = "# /// script\n# requires-python = '>=3.11'\n# dependencies = [\n#   'dependent >=2',\n# ]\n# ///\nimport dependent, sys\nprint(dependent.name, sys.argv[1:])\n";
    std::fs::write(&path, script).expect("a script");
    let path = path.display().to_string();
    check(stage.run(&[&path, "a", "b"]), "pure ['a', 'b']\n");
    let mount = folder.path().display().to_string();
    check(stage.run(&["--dir", &mount, &path]), "pure []\n");
    let output = stage.run(&["--no-metadata", &path]).output();
    let stderr = text(&output.expect("croquant runs").stderr);
    assert!(
        stderr.contains("ModuleNotFoundError: No module named 'dependent'"),
        "{stderr}"
    );
}

#[test]
fn files_of_requirements_and_paths_are_taken() {
    let stage = Stage::get();
    let folder = tempfile::tempdir_in(stage.root.path()).expect("a folder");
    let file = folder.path().join("all.txt");
    std::fs::write(&file, "# all of it\n-r more.txt\nconsole==1.0\n").expect("a file");
    std::fs::write(folder.path().join("more.txt"), "dependent\n").expect("a file");
    let file = file.display().to_string();
    let code = "import dependent, console_code; print(dependent.name)";
    check(stage.run(&["--requirement", &file, "-c", code]), "pure\n");
    let wheel = "links/pure-1.0-py3-none-any.whl";
    let code = "import pure; print(pure.name)";
    check(
        stage.croquant(&["run", "--offline", "--with", wheel, "-c", code]),
        "pure\n",
    );
}

#[test]
fn the_working_folder_configures_nothing() {
    let stage = Stage::get();
    let folder = tempfile::tempdir_in(stage.root.path()).expect("a folder");
    for name in ["uv.toml", "pyproject.toml"] {
        std::fs::write(folder.path().join(name), "this is [ no TOML").expect("a file");
    }
    let links = stage.links().display().to_string();
    let code = "import pure; print(pure.name)";
    let args = [
        "run",
        "--offline",
        "--refresh",
        "--find-links",
        &links,
        "--with",
        "pure",
        "-c",
        code,
    ];
    let mut command = stage.croquant(&args);
    command.current_dir(folder.path());
    check(command, "pure\n");
}
