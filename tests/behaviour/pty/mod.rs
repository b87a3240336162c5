//! A command at a pseudo-terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use tempfile::TempDir;

/// Far longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command, its keys and its screen.
pub(crate) struct Terminal {
    child: Child,
    keys: File,
    news: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    /// How much of the screen's text has been expected already.
    seen: usize,
    home: TempDir,
}

impl Terminal {
    /// Starts the command in a home of its own.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_at_home(
            args,
            TempDir::with_prefix("croquant-home-").expect("a folder"),
        )
    }

    /// Starts the command in `home`.
    pub(crate) fn start_at_home(args: &[&str], home: TempDir) -> Self {
        let size = Winsize {
            ws_row: 40,
            ws_col: 120,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = openpty(Some(&size), None).expect("a pseudo-terminal");
        let end = || Stdio::from(pty.slave.try_clone().expect("a descriptor"));
        // `setsid` makes the pseudo-terminal the controlling one, so that Ctrl-C becomes a signal.
        let mut command = Command::new("setsid");
        command
            .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_croquant")])
            .args(args)
            .current_dir(home.path())
            .env_clear()
            .env("TERM", "xterm")
            .env("HOME", home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("CROQUANT_CACHE", cache())
            .stdin(end())
            .stdout(end())
            .stderr(end());
        let child = command.spawn().expect("`setsid`, of util-linux, runs");
        drop(command);
        drop(pty.slave);
        let keys = File::from(pty.master);
        let mut screen = keys.try_clone().expect("a descriptor");
        let (sender, news) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal answers with an error once nobody holds its other end.
            while let Ok(n @ 1..) = screen.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys,
            news,
            raw: Vec::new(),
            seen: 0,
            home,
        }
    }

    /// Types.
    pub(crate) fn send(&mut self, keys: &str) {
        self.keys
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// Waits until `text` appears, after what was expected before.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let start = Instant::now();
        loop {
            let shown = plain(&self.raw);
            if let Some(at) = shown[self.seen.min(shown.len())..].find(text) {
                self.seen += at + text.len();
                return;
            }
            match self
                .news
                .recv_timeout(PATIENCE.saturating_sub(start.elapsed()))
            {
                Ok(more) => self.raw.extend_from_slice(&more),
                Err(_) => panic!(
                    "`{}` did not appear after\n{}\nin\n{}",
                    text.escape_debug(),
                    &shown[..self.seen.min(shown.len())],
                    &shown[self.seen.min(shown.len())..]
                ),
            }
        }
    }

    /// Waits for the end; the exit code.
    #[track_caller]
    pub(crate) fn end(mut self) -> i32 {
        self.wait()
    }

    /// Types `keys`, waits for the end, and gives back the home.
    #[track_caller]
    pub(crate) fn leave(mut self, keys: &str) -> TempDir {
        self.send(keys);
        assert_eq!(self.wait(), 0);
        let other = TempDir::with_prefix("croquant-home-").expect("a folder");
        std::mem::replace(&mut self.home, other)
    }

    #[track_caller]
    fn wait(&mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                // As shells have it.
                return status
                    .code()
                    .or_else(|| status.signal().map(|signal| 128 + signal))
                    .expect("an end");
            }
            while let Ok(more) = self.news.try_recv() {
                self.raw.extend_from_slice(&more);
            }
            assert!(
                start.elapsed() < PATIENCE,
                "it does not end after\n{}",
                plain(&self.raw)
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the unpacked image lies, so that each home need not unpack its own.
fn cache() -> std::path::PathBuf {
    let variable = |name| std::env::var_os(name).map(std::path::PathBuf::from);
    variable("CROQUANT_CACHE")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("croquant")))
        .or_else(|| Some(variable("HOME")?.join(".cache/croquant")))
        .expect("a home")
}

/// The text without control sequences and carriage returns.
fn plain(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.peek() == Some(&'[') => {
                chars.next();
                while chars
                    .next()
                    .is_some_and(|c| !('\x40'..='\x7e').contains(&c))
                {}
            }
            '\x1b' => {
                chars.next();
            }
            '\r' | '\x07' => {}
            other => plain.push(other),
        }
    }
    plain
}
