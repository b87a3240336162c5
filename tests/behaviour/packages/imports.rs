//! What a program sees of its packages.

use super::*;

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

#[test]
/// Packages that people use, from the package index.
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
