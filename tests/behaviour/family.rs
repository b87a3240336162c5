//! The processes of a server: the one that serves, the one that starts workers, and the workers.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A server with two workers.
struct Family {
    server: Child,
    spawner: u32,
    workers: Vec<u32>,
}

impl Family {
    fn start() -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_croquant"))
            .args(["serve", "--port", "0", "--workers", "2"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("croquant runs");
        let mut line = String::new();
        let stdout = server.stdout.as_mut().expect("a pipe");
        let read = BufReader::new(stdout).read_line(&mut line);
        assert!(read.is_ok_and(|bytes| bytes > 0), "it does not serve");
        let [spawner] = children(server.id())[..] else {
            panic!("one child starts workers");
        };
        let workers = children(spawner);
        assert_eq!(workers.len(), 2);
        Self {
            server,
            spawner,
            workers,
        }
    }

    /// The server's exit code, and what it said. All others have to end, too.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.server.wait().expect("an end");
        let mut said = String::new();
        let mut stderr = self.server.stderr.take().expect("a pipe");
        // Until the last process has ended that could say something.
        stderr.read_to_string(&mut said).expect("text");
        let begin = Instant::now();
        while self.workers.iter().any(|worker| parent(*worker).is_some()) {
            assert!(begin.elapsed() < Duration::from_secs(60), "workers stay");
            std::thread::sleep(Duration::from_millis(5));
        }
        (status.code(), said)
    }
}

/// The processes that `parent` has started and that live.
fn children(of: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("a list of processes");
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers
        .filter(|number| parent(*number) == Some(of))
        .collect()
}

/// The process that has started this one; none if it does not live.
fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything.
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    let state = words.next()?;
    (state != "Z").then(|| words.next()?.parse().ok())?
}

fn signal(process: u32, signal: Signal) {
    let process = Pid::from_raw(process.cast_signed());
    kill(process, signal).expect("a process");
}

#[test]
fn a_server_ends_that_could_not_replace_its_workers() {
    let family = Family::start();
    signal(family.spawner, Signal::SIGKILL);
    let (code, said) = family.end();
    let expected = "error: the process `croquant-spawner` has ended, so that no worker could be replaced\n\
        hint: start the server again; the system's log may say what has ended it\n";
    assert!(said.ends_with(expected), "{said}");
    assert_eq!(code, Some(125));
}

#[test]
fn a_stop_that_reaches_all_processes_is_the_servers() {
    let family = Family::start();
    // In the order that is worst: as a service's supervisor does, which knows no order.
    let others = family.workers.iter().chain([&family.spawner]);
    others.for_each(|process| signal(*process, Signal::SIGTERM));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(children(family.server.id()), [family.spawner]);
    assert_eq!(children(family.spawner).len(), 2);
    signal(family.server.id(), Signal::SIGTERM);
    let (code, said) = family.end();
    assert!(!said.contains("error:"), "{said}");
    assert_eq!(code, Some(0));
}
