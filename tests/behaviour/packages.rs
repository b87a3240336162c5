//! Packages, through uv: resolved, refused, installed, kept and imported. The wheels are made by the test, but for the last test, which takes
//! real ones from the package index.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What the tests share: uv, a folder of wheels, and a cache of their own with the image unpacked in it.
struct Stage {
    uv: PathBuf,
    root: TempDir,
}

impl Stage {
    fn get() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(|| {
            let stage = Self {
                uv: uv(),
                root: TempDir::with_prefix("croquant-packages-").expect("a folder"),
            };
            std::fs::create_dir(stage.links()).expect("a folder");
            let source =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/behaviour/wheels.py");
            let mount = format!("{}:/home/user:rw", stage.links().display());
            let script = std::fs::read_to_string(source).expect("a script");
            let output = stage
                .croquant(&["run", "--dir", &mount, "-c", &script])
                .output();
            assert_eq!(text(&output.expect("croquant runs").stderr), "");
            stage
        })
    }

    fn links(&self) -> PathBuf {
        self.root.path().join("links")
    }

    fn cache(&self) -> PathBuf {
        self.root.path().join("cache")
    }

    fn croquant(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_croquant"));
        command
            .args(args)
            .current_dir(self.root.path())
            .env("CROQUANT_CACHE", self.cache())
            .env("CROQUANT_UV", &self.uv)
            .env("UV_CACHE_DIR", self.root.path().join("uv"))
            .stdin(Stdio::null());
        command
    }

    /// `croquant run` with the wheels of the folder, and no network.
    fn run(&self, args: &[&str]) -> Command {
        self.croquant(&[&["run", "--offline", "--find-links", "links"], args].concat())
    }
}

/// The uv that the repository pins.
fn uv() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/uv");
    let output = Command::new(script)
        .stderr(Stdio::inherit())
        .output()
        .expect("`.ci/uv` runs");
    assert!(output.status.success(), "`.ci/uv` gave no uv");
    PathBuf::from(text(&output.stdout).trim_end())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn check(mut command: Command, stdout: &str) {
    let output = command.output().expect("croquant runs");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), stdout);
    assert_eq!(output.status.code(), Some(0));
}

/// It fails with this, and the program has not begun.
#[track_caller]
fn check_refused(args: &[&str], stderr: &str) {
    let mut args = args.to_vec();
    args.extend(["-c", "print('it ran')"]);
    let output = Stage::get().run(&args).output().expect("croquant runs");
    assert_eq!(text(&output.stderr), stderr);
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(125));
}

#[test]
fn a_pure_wheel_is_imported() {
    let code = "import pure, importlib.metadata as m; print(pure.__file__, m.version('pure'))";
    let expected = "/usr/lib/python3.13/site-packages/pure/__init__.py 1.0\n";
    check(Stage::get().run(&["--with", "pure", "-c", code]), expected);
}

#[test]
fn what_a_package_needs_comes_with_it() {
    let code = "import dependent; print(dependent.name)";
    check(
        Stage::get().run(&["--with", "dependent", "-c", code]),
        "pure\n",
    );
}

#[test]
fn what_a_package_imports_is_its_own() {
    let code = "import dependent; print(dependent.name)\ntry: import pure\nexcept ImportError as error: print(error)";
    let list = ["--allow-import", "dependent"];
    check(
        Stage::get().run(&[&list[..], &["--with", "dependent", "-c", code]].concat()),
        "pure\nNo module named 'pure': this program may only import dependent (`--allow-import`)\n",
    );
}

#[test]
fn several_are_given_at_once_and_in_turn() {
    let code = "import dependent, console_code, starter; print('all')";
    let args = [
        "--with",
        "dependent>=1,<3,console",
        "--with",
        "starter",
        "-c",
        code,
    ];
    check(Stage::get().run(&args), "all\n");
}

#[test]
fn packages_cannot_be_changed() {
    let code = "
import os, pure
for change in (lambda: open(pure.__file__, 'w'), lambda: os.remove(pure.__file__), lambda: os.mkdir('/usr/lib/python3.13/site-packages/new')):
    try:
        change()
    except OSError as error:
        print(type(error).__name__, error.errno == __import__('errno').EROFS)
";
    let changed = Stage::get().run(&["--with", "pure", "-c", code]).output();
    let output = changed.expect("croquant runs");
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 3, "{lines}{}", text(&output.stderr));
    let code = "import pure; print(pure.name)";
    check(Stage::get().run(&["--with", "pure", "-c", code]), "pure\n");
}

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
fn machine_code_is_refused_by_name() {
    let message = "error: package `tagged 1.0` is not pure Python: its wheels hold machine code, as for `cp313-cp313-manylinux_2_17_x86_64`\n\
        hint: the sandbox runs Python and no machine code; look for a package or a release that is pure Python\n";
    check_refused(&["--with", "tagged"], message);
    check_refused(&["--with", "pure,needs-tagged"], message);
}

#[test]
fn machine_code_in_a_wheel_that_claims_none_is_refused() {
    check_refused(
        &["--with", "mislabelled"],
        "error: package `mislabelled 1.0` is not pure Python, though its wheel says so: \
        `mislabelled/_speed.cpython-313-x86_64-linux-gnu.so` is machine code\n\
        hint: the sandbox runs Python and no machine code; look for a package or a release that is pure Python\n",
    );
}

#[test]
fn sources_are_not_built() {
    check_refused(
        &["--with", "only-source"],
        "error: package `only-source` has no wheel that fits, only sources, and nothing is built: that would run its code outside the sandbox\n\
        hint: choose a release that has a wheel, or build one where you trust it and give its folder with `--find-links`\n",
    );
    assert!(!Path::new("/tmp/croquant-setup-ran").exists());
}

#[test]
fn a_package_for_a_newer_python_is_refused() {
    let output = Stage::get()
        .run(&["--with", "newer", "-c", "print('it ran')"])
        .output()
        .expect("croquant runs");
    let stderr = text(&output.stderr);
    assert!(
        stderr.starts_with("error: no choice of packages fits: "),
        "{stderr}"
    );
    assert!(
        stderr.contains("newer==1.0 requires Python >=3.99"),
        "{stderr}"
    );
    assert!(
        stderr.contains("packages need wheels for Python 3.13."),
        "{stderr}"
    );
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("", Some(125))
    );
}

#[test]
fn an_unknown_package_is_named_and_so_is_being_offline() {
    let output = Stage::get()
        .run(&["--with", "surely-unknown", "-c", "print('it ran')"])
        .output()
        .expect("croquant runs");
    let stderr = text(&output.stderr);
    assert!(stderr.contains("surely-unknown"), "{stderr}");
    let hint = "hint: without `--offline`, packages are fetched once and kept\n";
    assert!(stderr.ends_with(hint), "{stderr}");
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("", Some(125))
    );
}

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
fn console_scripts_run_by_name() {
    let run = |args: &[&str]| -> Output {
        let args = [&["--with", "console,pure", "-m"], args].concat();
        Stage::get().run(&args).output().expect("croquant runs")
    };
    let output = run(&["console-cli", "--flag"]);
    assert_eq!(text(&output.stdout), "console ['console-cli', '--flag']\n");
    assert_eq!(
        (text(&output.stderr).as_str(), output.status.code()),
        ("", Some(3))
    );
    // The standard library has a package `http` that cannot be run, and a module `json.tool` that can.
    assert_eq!(text(&run(&["http"]).stdout), "console ['http']\n");
    assert!(text(&run(&["json.tool", "--help"]).stdout).starts_with("usage: "));
    assert_eq!(text(&run(&["pure"]).stdout), "pure as a module\n");
}

#[test]
fn nothing_starts_by_itself() {
    let code = "import builtins, starter, sys; print(hasattr(builtins, 'started'), 'sitecustomize' in sys.modules)";
    check(
        Stage::get().run(&["--with", "starter", "-c", code]),
        "False False\n",
    );
    let code = "import sitecustomize; print(started)";
    check(
        Stage::get().run(&["--with", "starter", "-c", code]),
        "True\n",
    );
}

#[test]
fn nothing_of_the_host_shows() {
    let code = "
import os
for folder, _, files in os.walk('/usr/lib/python3.13/site-packages'):
    for file in files:
        data = open(os.path.join(folder, file), 'rb').read()
        if b'python3' in data.replace(b'/usr/lib/python3.13', b'') or b'file:' in data:
            print(folder, file)
print(sorted(os.listdir('/usr/lib/python3.13/site-packages')))
";
    let wheel = "links/console-1.0-py3-none-any.whl";
    let run = Stage::get().croquant(&["run", "--offline", "--with", wheel, "-c", code]);
    check(
        run,
        "['__pycache__', 'console-1.0.dist-info', 'console_code.py']\n",
    );
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

#[test]
fn a_prompt_has_packages_too() {
    use std::io::Write as _;
    let stage = Stage::get();
    let args = [
        "repl",
        "--offline",
        "--find-links",
        "links",
        "--with",
        "pure",
    ];
    let mut command = stage.croquant(&args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("croquant runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(b"import pure\nprint(pure.name)\n")
        .expect("room");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(text(&output.stdout), "pure\n");
}

/// Packages that people use, from the package index.
#[test]
fn real_packages_run() {
    let stage = Stage::get();
    let code = r#"
import attrs, click, importlib.metadata, io, rich.console, rich.table
from click.testing import CliRunner

@attrs.define
class Point:
    x: int
    y: int = 2

@click.command()
@click.option("--name", default="you")
def hello(name):
    click.echo(f"hello {name}")

table = rich.table.Table("a", "b")
table.add_row("1", "2")
console = rich.console.Console(file=io.StringIO(), width=20)
console.print(table)
print(console.file.getvalue().splitlines()[1].strip())
print(Point(1), CliRunner().invoke(hello, ["--name", "me"]).output.strip())
print(importlib.metadata.version("click"))
"#;
    let with = "rich==14.0.0,click==8.1.8,attrs==25.3.0";
    let run = || stage.croquant(&["run", "--with", with, "-c", code]);
    let expected = "┃ a ┃ b ┃\nPoint(x=1, y=2) hello me\n8.1.8\n";
    check(run(), expected);
    let mut offline = run();
    offline
        .env("UV_OFFLINE", "1")
        .env("CROQUANT_UV", "/nonexistent");
    check(offline, expected);
}
