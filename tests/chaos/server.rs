//! The server under test: the real executable, its processes, and how they are ended.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::world::World;

/// Longer than anything here takes: what never comes ends with a message.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Where sessions sleep.
#[derive(Debug, Clone)]
pub(crate) enum Bed {
    Folder(PathBuf),
    /// They end with the server.
    None,
}

/// A server that runs.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one; the world hears what it says.
    pub(crate) fn start(bed: &Bed, world: &World) -> Self {
        // A limit on files is an error to it, not its end.
        let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_croquant")]);
        command.args(["serve", "--port", "0", "--workers", "2"]);
        match bed {
            Bed::Folder(folder) => command.arg("--store").arg(folder),
            Bed::None => command.arg("--no-store"),
        };
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("croquant runs");
        let said = Arc::new(Mutex::new(String::new()));
        let stderr = process.stderr.take().expect("a pipe");
        let listener = std::thread::spawn({
            let (said, world) = (Arc::clone(&said), world.clone());
            move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    world.hear(&line);
                    let mut said = said.lock().expect("no holder panics");
                    said.push_str(&line);
                    said.push('\n');
                }
            }
        });
        let mut line = String::new();
        let stdout = process.stdout.as_mut().expect("a pipe");
        let _ = BufReader::new(stdout).read_line(&mut line);
        let address = line.strip_prefix("serving at http://");
        let address = address.and_then(|rest| rest.split('/').next()?.parse().ok());
        let Some(address) = address else {
            let status = process.wait();
            listener.join().expect("it listens");
            let said = said.lock().expect("no holder panics");
            panic!("the server does not serve ({status:?}): {said}");
        };
        Self {
            address,
            process,
            said,
            listener: Some(listener),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The process that starts workers.
    pub(crate) fn spawner(&self) -> Option<u32> {
        children(self.id()).first().copied()
    }

    pub(crate) fn workers(&self) -> Vec<u32> {
        self.spawner().map(children).unwrap_or_default()
    }

    /// Ends it by a signal; returns its exit code, if it has one, and what it said. Its other processes have to end, too.
    pub(crate) fn end(self, by: Signal) -> (Option<i32>, String) {
        signal(self.id(), by);
        self.ended()
    }

    /// Waits for its end, and that of its other processes.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let family: Vec<u32> = self.spawner().into_iter().chain(self.workers()).collect();
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().expect("a process") {
                break status;
            }
            assert!(
                begin.elapsed() < SOON,
                "the server does not end: {}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(2));
        };
        while let Some(left) = family.iter().find(|process| parent(**process).is_some()) {
            assert!(begin.elapsed() < SOON, "process {left} outlives its server");
            std::thread::sleep(Duration::from_millis(2));
        }
        // Whoever could say something has ended.
        let listener = self.listener.take().expect("it is there");
        listener.join().expect("it listens");
        (status.code(), self.said())
    }

    pub(crate) fn said(&self) -> String {
        self.said.lock().expect("no holder panics").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal to a process, which may have ended by itself.
pub(crate) fn signal(process: u32, signal: Signal) {
    let _ = kill(Pid::from_raw(process.cast_signed()), signal);
}

/// The processes that this one has started and that live.
fn children(of: u32) -> Vec<u32> {
    let path = format!("/proc/{of}/task");
    let threads = std::fs::read_dir(Path::new(&path)).into_iter().flatten();
    let lists = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok());
    let numbers = lists.flat_map(|list| {
        let numbers = list.split_whitespace().filter_map(|word| word.parse().ok());
        numbers.collect::<Vec<u32>>()
    });
    numbers.filter(|child| parent(*child).is_some()).collect()
}

/// The process that has started this one; none if it does not live.
fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything.
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    let state = words.next()?;
    (state != "Z").then(|| words.next()?.parse().ok())?
}
