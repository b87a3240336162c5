//! One line on stderr for each stage that is built, with the time it took.

use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A stage that is being built. On a terminal its line counts the seconds.
pub(crate) struct Progress {
    line: String,
    started: Instant,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Announces `stage`.
    pub(crate) fn start(stage: &str, what: &str) -> Progress {
        let line = format!("{stage:<9} {what}");
        let started = Instant::now();
        let ticker = stderr().is_terminal().then(|| {
            let (stop, stopped) = channel();
            let line = line.clone();
            (
                stop,
                std::thread::spawn(move || tick(&line, started, &stopped)),
            )
        });
        if ticker.is_none() {
            eprintln!("{line} …");
        }
        Progress {
            line,
            started,
            ticker,
        }
    }

    /// Says how long it took.
    pub(crate) fn done(mut self) {
        let terminal = self.ticker.is_some();
        self.stop();
        let start = if terminal { "\r\x1b[K" } else { "" };
        eprintln!(
            "{start}{}: {:.1} s",
            self.line,
            self.started.elapsed().as_secs_f64()
        );
    }

    fn stop(&mut self) {
        if let Some((stop, thread)) = self.ticker.take() {
            drop(stop);
            // The thread only writes to stderr; there is nothing to learn from its end.
            drop(thread.join());
        }
    }
}

impl Drop for Progress {
    /// A stage that failed leaves its line for the error to follow.
    fn drop(&mut self) {
        if self.ticker.is_some() {
            self.stop();
            eprintln!();
        }
    }
}

fn tick(line: &str, started: Instant, stopped: &Receiver<()>) {
    loop {
        eprint!("\r{line} … {} s", started.elapsed().as_secs());
        drop(stderr().flush());
        match stopped.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
