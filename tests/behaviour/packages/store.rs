//! What is kept between runs.

use super::*;

#[test]
fn a_second_run_needs_no_uv() {
    let stage = Stage::get();
    let args = ["--with", "pure==1.0", "-c", "import pure; print(pure.name)"];
    let missing = "error: `CROQUANT_UV` names `/nonexistent`, which is no program\n\
        hint: give the path of uv's executable in `CROQUANT_UV`\n";
    let without_uv = |args: &[&str]| {
        let mut command = stage.run(args);
        command.env("CROQUANT_UV", "/nonexistent");
        command
    };
    let output = without_uv(&args).output().expect("croquant runs");
    assert_eq!(text(&output.stderr), missing);
    check(stage.run(&args), "pure\n");
    check(without_uv(&args), "pure\n");
    let anew = [&["--refresh"][..], &args].concat();
    let output = without_uv(&anew).output().expect("croquant runs");
    assert_eq!(text(&output.stderr), missing);
    check(stage.run(&anew), "pure\n");
}

#[test]
fn bytecode_is_compiled_once() {
    let code = "import pure; print(__import__('os').path.isfile(pure.__cached__), pure.__spec__.cached == pure.__cached__)";
    check(
        Stage::get().run(&["--with", "pure", "-c", code]),
        "True True\n",
    );
}

#[test]
fn runs_at_the_same_time_do_not_meet() {
    let stage = Stage::get();
    let runs: Vec<_> = (0..6)
        .map(|_| {
            let args = [
                "--with",
                "pure,starter",
                "-c",
                "import pure, starter; print(pure.name)",
            ];
            let mut command = stage.run(&args);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("croquant runs")
        })
        .collect();
    for run in runs {
        let output = run.wait_with_output().expect("an end");
        assert_eq!(text(&output.stderr), "");
        assert_eq!(text(&output.stdout), "pure\n");
    }
}

#[test]
fn a_set_that_is_damaged_is_made_again() {
    let stage = Stage::get();
    let cache = tempfile::tempdir_in(stage.root.path()).expect("a folder");
    let run = || {
        let mut command = stage.run(&["--with", "pure", "-c", "import pure; print(pure.name)"]);
        command.env("CROQUANT_CACHE", cache.path());
        command
    };
    check(run(), "pure\n");
    let sites: Vec<PathBuf> = std::fs::read_dir(cache.path().join("packages/sites"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(sites.len(), 1);
    std::fs::remove_dir_all(sites[0].join("packages")).expect("a folder");
    check(run(), "pure\n");
    let left: Vec<_> = std::fs::read_dir(cache.path().join("packages"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_changed_wheel_is_another_one() {
    let stage = Stage::get();
    let folder = tempfile::tempdir_in(stage.root.path()).expect("a folder");
    let wheel = |name: &str| format!("{name}-1.0-py3-none-any.whl");
    let own = folder.path().display().to_string();
    let args = [
        "run",
        "--offline",
        "--find-links",
        &own,
        "--with",
        "pure",
        "-c",
        "import pure",
    ];
    let copy = |name: &str| {
        std::fs::copy(
            stage.links().join(wheel(name)),
            folder.path().join(wheel(name)),
        )
        .expect("room");
    };
    copy("starter");
    let output = stage.croquant(&args).output().expect("croquant runs");
    assert_eq!(output.status.code(), Some(125));
    copy("pure");
    check(stage.croquant(&args), "");
}
