//! Bytes through a program: unchanged, however many, and whatever becomes of the other end. Where native CPython shows what is right, both run the
//! same shell command.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;

use croquant_tests::Recipe;

/// What a pipe is filled with and compared with, at once.
const BLOCK: usize = 1 << 20;

fn croquant() -> &'static str {
    env!("CARGO_BIN_EXE_croquant")
}

/// Output, errors and exit code of a shell command, in which `python` is the given program.
fn shell(python: &str, command: &str) -> (String, String, Option<i32>) {
    let script = format!("python() {{ {python} \"$@\"; }}\n{command}");
    let output = Command::new("sh")
        .args(["-c", &script])
        .env_clear()
        .envs(
            ["PATH", "HOME", "XDG_CACHE_HOME", "CROQUANT_CACHE"]
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("CROQUANT", croquant())
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONIOENCODING", "utf-8:strict")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

/// The command does the same with both, and it prints `expected`.
#[track_caller]
fn check(command: &str, expected: &str) {
    let native = Recipe::ask().expect("the recipe").native_python;
    let native = shell(&format!("'{}'", native.display()), command);
    let guest = shell("\"$CROQUANT\" run", command);
    assert_eq!(guest, native, "{command}");
    assert_eq!(guest.0, expected, "{command}");
}

/// Feeds `blocks` blocks through the program, each different, and compares what comes back. Its input ends only after `at_end`, if it passes
/// on what it has by then.
fn feed<T>(code: &str, blocks: usize, at_end: Option<fn(&Child) -> T>) -> Option<T> {
    let mut child = Command::new(croquant())
        .args(["run", "--output", "1024", "--fuel", "1000000000000"])
        .args(["--deadline", "600", "-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("croquant runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = child.stdout.take().expect("a pipe");
    let keep_open = at_end.is_some();
    let feeder = thread::spawn(move || {
        let mut block = pattern();
        for number in 0..blocks {
            mark(&mut block, number);
            stdin.write_all(&block).expect("the program reads");
        }
        keep_open.then_some(stdin)
    });
    let (mut expected, mut block) = (pattern(), vec![0; BLOCK]);
    for number in 0..blocks {
        mark(&mut expected, number);
        stdout.read_exact(&mut block).expect("the program writes");
        assert!(block == expected, "block {number} is not what was sent");
    }
    let answer = at_end.map(|ask| ask(&child));
    drop(feeder.join().expect("all was sent"));
    assert_eq!(stdout.read(&mut block).expect("the end"), 0);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    answer
}

/// Every byte, after every other.
fn pattern() -> Vec<u8> {
    (0..BLOCK).map(|at| (at * (at >> 8) + at) as u8).collect()
}

fn mark(block: &mut [u8], number: usize) {
    block[..8].copy_from_slice(&number.to_le_bytes());
}

/// The most memory that the process has had, in KiB.
fn peak_kib(child: &Child) -> u64 {
    let path = format!("/proc/{}/status", child.id());
    let text = std::fs::read_to_string(path).expect("a process's status");
    let line = text.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn a_gibibyte_passes_in_flat_memory() {
    let code = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)";
    let [small, large] = [64, 1024].map(|mib| feed(code, mib, Some(peak_kib)));
    let (small, large) = (small.expect("a number"), large.expect("a number"));
    assert!(
        large < small + (4 << 10),
        "64 MiB took {small} KiB of memory, 1 GiB {large} KiB"
    );
}

#[test]
fn every_byte_passes_unchanged() {
    for code in [
        "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())",
        "import os\nwhile data := os.read(0, 1000): os.write(1, data)",
        "import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)",
        "import sys\nfor s in sys.stdin, sys.stdout: s.reconfigure(encoding='utf-8', errors='surrogateescape', newline='')\nsys.stdout.write(sys.stdin.read())",
        "open('/dev/stdout', 'wb').write(open('/dev/stdin', 'rb').read())",
    ] {
        feed::<()>(code, 4, None);
    }
}

#[test]
fn text_is_read_and_written_as_python_does() {
    check(
        r#"printf 'a\r\nb\rc\n\303\274' | python -c 'import sys; print(ascii(sys.stdin.read()))'"#,
        "'a\\r\\nb\\rc\\n\\xfc'\n",
    );
    check(
        r#"printf 'a\r\nb\n' | python -c 'import sys; sys.stdin.reconfigure(newline=None); sys.stdout.reconfigure(newline="\r\n"); print(ascii(sys.stdin.read()))' | od -c | head -n 1"#,
        "0000000   '   a   \\   n   b   \\   n   '  \\r  \\n\n",
    );
    check(
        r#"printf 'ok\377\376' | python -c 'import sys; print(sys.stdin.read())' 2>&1 | tail -n 1"#,
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 2: invalid start byte\n",
    );
    check(r#"python -c 'print("\ud800")'; echo $?"#, "1\n");
    check(
        r#"python -c 'import sys; print(ascii(sys.argv), "ü".encode())' -- 'grüß' '' 'a b'"#,
        "['-c', '--', 'gr\\xfc\\xdf', '', 'a b'] b'\\xc3\\xbc'\n",
    );
}

#[test]
fn a_reader_may_leave_early() {
    check(
        "(python -c 'for i in range(200000): print(i)'; echo $? >&2) | head -n 2",
        "0\n1\n",
    );
    check(
        "(python -c '\nimport sys\ntry:\n    for i in range(200000): print(i)\nexcept BrokenPipeError:\n    sys.stderr.write(\"shut\\n\")\n    sys.stdout.close()\n'; echo $? >&2) | head -n 1",
        "0\n",
    );
    // What Python's documentation says to do.
    check(
        "(python -c '\nimport os, sys\ntry:\n    for i in range(200000): print(i)\nexcept BrokenPipeError:\n    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())\n    sys.exit(1)\n'; echo $? >&2) | head -n 1",
        "0\n",
    );
    check("yes | python -c 'print(input(), input())'", "y y\n");
}

#[test]
fn a_stream_may_be_shut_or_full() {
    check(
        "python -c 'import sys; print(repr(sys.stdin.read()) if sys.stdin else repr(\"\"))' <&-",
        "''\n",
    );
    check("python -c 'print(1)' >&-; echo $?", "0\n");
    check("python -c '1/0' 2>&-; echo $?", "1\n");
    check(
        "python -c 'print(1)' 2>/dev/null >/dev/full; echo $?",
        "120\n",
    );
    check(
        "python -c '\nimport sys\ntry: sys.stdout.write(\"x\" * 100000); sys.stdout.flush()\nexcept OSError as error: sys.stderr.write(error.strerror); sys.stdout.close()' >/dev/full; echo $?",
        "0\n",
    );
    check(
        "python -c '\nimport os\ntry: os.write(1, b\"x\")\nexcept OSError as error: os.write(2, error.strerror.encode())' >/dev/full; echo $?",
        "0\n",
    );
}

#[test]
fn programs_make_a_pipeline() {
    check(
        "printf 'b\\na\\n' | python -c 'import sys; print(*sorted(sys.stdin), sep=\"\", end=\"\")' | python -c 'import sys; print(sys.stdin.read().upper())' 2>&1",
        "A\nB\n\n",
    );
    check(
        "(echo one; sleep 0.5; echo two) | python -c 'import os; print(os.read(0, 100)); print(os.read(0, 100))'",
        "b'one\\n'\nb'two\\n'\n",
    );
    check(
        "printf 'a\\nb\\nc' | python -c 'import sys; b = sys.stdin.buffer; print(b.readline(), b.peek(1)[:1], b.read(1), b.read(), b.read())'",
        "b'a\\n' b'b' b'b' b'\\nc' b''\n",
    );
    check(
        "python -c 'import sys; print(1, file=sys.stderr); print(2); sys.stdout.flush(); print(3, file=sys.stderr)' 2>&1",
        "1\n2\n3\n",
    );
}

#[test]
fn what_is_not_utf8_on_the_command_line_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    for args in [["-c", "pass", "\u{1}"], ["--env", "A=\u{1}", "-cpass"]] {
        let raw = args.map(|word| word.replace('\u{1}', "?").into_bytes());
        let raw = raw.map(|mut word| {
            word.iter_mut()
                .filter(|byte| **byte == b'?')
                .for_each(|byte| *byte = 0xff);
            word
        });
        let output = Command::new(croquant())
            .arg("run")
            .args(raw.iter().map(|word| OsStr::from_bytes(word)))
            .output()
            .expect("croquant runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains("\u{fffd}` is not UTF-8\nhint: "),
            "{stderr}"
        );
        assert_eq!(output.status.code(), Some(125));
        // Its twin, which is.
        let words = args.map(|word| word.replace('\u{1}', "ü"));
        let status = Command::new(croquant()).arg("run").args(words).status();
        assert_eq!(status.expect("croquant runs").code(), Some(0));
    }
}
