//! Pipes that are slow, shut or full, and the server as a process: what needs more of the other side than a `spec.toml` can say.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Long enough for a program that is not held back to do much.
const A_WHILE: Duration = Duration::from_millis(700);

fn croquant(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_croquant"));
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The process's own memory that is in use, in KiB. What more there is to know of its memory is hidden: it cannot be traced.
fn private_kib(child: &Child) -> u64 {
    let path = format!("/proc/{}/status", child.id());
    let text = std::fs::read_to_string(path).expect("a process's memory");
    let line = text.lines().find(|line| line.starts_with("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn a_full_pipe_holds_the_guest_back() {
    let code = "import sys\nfor i in range(100): sys.stdout.write('x' * (1 << 20))";
    let mut child = croquant(&["run", "-c", code])
        .spawn()
        .expect("croquant runs");
    std::thread::sleep(A_WHILE);
    assert!(
        child.try_wait().expect("a child").is_none(),
        "it must wait for its reader"
    );
    let held = private_kib(&child);
    assert!(
        held < 40 << 10,
        "{held} KiB are kept while the pipe is full"
    );
    let mut output = Vec::new();
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_to_end(&mut output).expect("its output");
    assert_eq!(output.len(), 100 << 20);
    assert!(output.iter().all(|byte| *byte == b'x'));
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}

#[test]
fn a_full_pipe_does_not_hold_back_an_interrupt_for_ever() {
    let code = "import sys\nwhile True: sys.stdout.write('x' * 4096)";
    let mut child = croquant(&["run", "-c", code])
        .spawn()
        .expect("croquant runs");
    std::thread::sleep(A_WHILE);
    signal(&child, Signal::SIGINT);
    // Nobody reads: after its grace the program is stopped.
    let status = child.wait().expect("an end");
    assert_eq!(status.signal(), Some(Signal::SIGINT as i32));
}

#[test]
fn a_shut_pipe_is_a_broken_pipe_error() {
    let mut child = croquant(&["run", "-c", "while True: print('x' * 100)"])
        .spawn()
        .expect("croquant runs");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    assert_eq!(line.trim_end(), "x".repeat(100));
    drop(stdout);
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("BrokenPipeError: [Errno 32] Broken pipe"),
        "{stderr}"
    );
    // 1 for the exception, or 120 if the last flush fails as well: as `python`.
    assert!(
        matches!(output.status.code(), Some(1 | 120)),
        "{}",
        output.status
    );
}

#[test]
fn input_is_left_to_others_unless_it_is_asked_for() {
    for (code, left) in [("pass", 26), ("import os; os.read(0, 4)", 22)] {
        let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
        writer
            .write_all(b"abcdefghijklmnopqrstuvwxyz")
            .expect("room");
        let shared = reader.try_clone().expect("a descriptor");
        let status = croquant(&["run", "-c", code])
            .stdin(shared)
            .status()
            .expect("croquant runs");
        assert_eq!(status.code(), Some(0));
        drop(writer);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).expect("the rest");
        assert_eq!(rest.len(), left, "after `{code}`");
    }
}

#[test]
fn waiting_for_input_does_not_count_as_running() {
    let mut child = croquant(&["run", "--deadline", "0.4", "-c", "print(input())"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("croquant runs");
    std::thread::sleep(2 * A_WHILE);
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"late\n").expect("it still reads");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.stdout, b"late\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_name_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
    let output = croquant(&["run"])
        .arg(name)
        .output()
        .expect("croquant runs");
    let expected = "error: `caf\u{fffd}.py` is not UTF-8\nhint: write it in UTF-8; names, arguments and variables of the guest are\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert_eq!(output.status.code(), Some(125));
}

#[test]
fn output_goes_to_files_and_devices() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let code = "print('x' * 3000000)";
    let out = file.reopen().expect("a file");
    let status = croquant(&["run", "-c", code])
        .stdout(out)
        .status()
        .expect("croquant runs");
    assert_eq!(status.code(), Some(0));
    assert_eq!(file.as_file().metadata().expect("a file").len(), 3_000_001);

    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let output = croquant(&["run", "-c", "print(1)"])
        .stdout(full)
        .output()
        .expect("croquant runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let expected =
        "Exception ignored on flushing sys.stdout:\nOSError: [Errno 28] No space left on device\n";
    assert_eq!(stderr, expected);
    assert_eq!(output.status.code(), Some(120));
}

/// A server at a free port, and the address it says.
fn server(args: &[&str]) -> (Child, String) {
    let mut child = croquant(&["serve", "--port", "0", "--no-store"])
        .args(args)
        .spawn()
        .expect("croquant runs");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut line).expect("its address");
    let address = line
        .strip_prefix("serving at http://")
        .and_then(|rest| rest.split('/').next());
    let address = address
        .unwrap_or_else(|| panic!("`{line}` has no address"))
        .to_owned();
    (child, address)
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server answers");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

fn signal(child: &Child, signal: Signal) {
    let id = i32::try_from(child.id()).expect("a process id");
    kill(Pid::from_raw(id), signal).expect("a process");
}

#[test]
fn the_server_serves_and_stops() {
    let pages = tempfile::TempDir::new().expect("a folder");
    std::fs::write(pages.path().join("index.html"), "<h1>here</h1>").expect("a page");
    let path = pages.path().display().to_string();
    for stop in [Signal::SIGINT, Signal::SIGTERM] {
        let (mut child, address) = server(&[&path]);
        let answer = get(&address, "/index.html");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("<h1>here</h1>"), "{answer}");
        signal(&child, stop);
        assert_eq!(child.wait().expect("an end").code(), Some(0));
        assert!(TcpStream::connect(&address).is_err(), "it must be gone");
    }
}

#[test]
fn the_example_is_served_without_a_folder() {
    let (mut child, address) = server(&[]);
    assert!(get(&address, "/").starts_with("HTTP/1.1 200"));
    signal(&child, Signal::SIGTERM);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}

#[test]
fn sessions_sleep_in_the_state_folder_of_their_pages() {
    let home = tempfile::TempDir::new().expect("a folder");
    let pages = home.path().join("pages");
    std::fs::create_dir(&pages).expect("a folder");
    let mut found = Vec::new();
    for path in [None, Some(&pages)] {
        let mut child = croquant(&["serve", "--port", "0"])
            .args(path)
            .env("XDG_STATE_HOME", home.path())
            .spawn()
            .expect("croquant runs");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("its address");
        signal(&child, Signal::SIGTERM);
        assert_eq!(child.wait().expect("an end").code(), Some(0));
        let stores = std::fs::read_dir(home.path().join("croquant/serve")).expect("a folder");
        found.push(stores.count());
    }
    assert_eq!(found, [1, 2]);
    let store = home.path().join("croquant/serve/example/sessions.db");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&store.metadata().expect("a file").permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_store_that_cannot_be_had_is_named() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "no database").expect("a file");
    std::fs::write(folder.path().join("sessions.db"), "not ours").expect("a file");
    for (path, expected) in [
        (file.as_path(), "cannot hold the sessions"),
        (folder.path(), "is not taken as a session store"),
    ] {
        let output = croquant(&["serve", "--port", "0", "--store"])
            .arg(path)
            .output()
            .expect("croquant runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains(expected) && stderr.contains("\nhint: "),
            "{stderr}"
        );
        assert_eq!(output.status.code(), Some(125));
    }
    // Without the usual place, it serves all the same.
    let mut child = croquant(&["serve", "--port", "0"])
        .env_remove("HOME")
        .env("XDG_STATE_HOME", &file)
        .spawn()
        .expect("croquant runs");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut line).expect("its address");
    assert!(line.starts_with("serving at"), "{line}");
    signal(&child, Signal::SIGTERM);
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("note: sessions end with the server"),
        "{stderr}"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string();
    let output = croquant(&["serve", "--port", &port])
        .output()
        .expect("croquant runs");
    let expected = format!(
        "error: port `{port}` is in use\nhint: choose another with `--port`; `--port 0` takes a free one\n"
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    assert!(output.stdout.is_empty());
    assert_eq!(output.status.code(), Some(125));
}
