//! One line on stderr for each stage that is built, with the time it took. On a terminal a last line counts the seconds of
//! the stages that are under way.

use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The stages under way. Its lock also keeps lines whole.
static RUNNING: Mutex<Vec<(String, Instant)>> = Mutex::new(Vec::new());

/// Back to the line's start, and clear it.
const CLEAR: &str = "\r\x1b[K";

/// A stage that is being built.
pub(crate) struct Progress {
    stage: String,
    what: String,
    started: Instant,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Announces `stage`.
    pub(crate) fn start(stage: &str, what: &str) -> Progress {
        let started = Instant::now();
        running().push((stage.to_owned(), started));
        let ticker = stderr().is_terminal().then(|| {
            let (stop, stopped) = channel();
            (stop, std::thread::spawn(move || tick(&stopped)))
        });
        if ticker.is_none() {
            eprintln!("{stage:<9} {what} …");
        }
        Progress {
            stage: stage.to_owned(),
            what: what.to_owned(),
            started,
            ticker,
        }
    }

    /// Says how long it took.
    pub(crate) fn done(self) {
        let clear = if self.ticker.is_some() { CLEAR } else { "" };
        let (stage, what, seconds) = (&self.stage, &self.what, self.started.elapsed());
        let _whole = running();
        eprintln!("{clear}{stage:<9} {what}: {:.1} s", seconds.as_secs_f64());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        running().retain(|(stage, _)| *stage != self.stage);
        if let Some((stop, thread)) = self.ticker.take() {
            drop(stop);
            // The thread only writes to stderr; there is nothing to learn from its end.
            drop(thread.join());
            eprint!("{CLEAR}");
        }
    }
}

fn tick(stopped: &Receiver<()>) {
    loop {
        let stages = running();
        let shown = stages
            .iter()
            .map(|(stage, started)| format!("{stage} {} s", started.elapsed().as_secs()));
        eprint!("{CLEAR}… {}", shown.collect::<Vec<_>>().join(", "));
        drop(stderr().flush());
        drop(stages);
        match stopped.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// A stage that panicked leaves the list as it was.
fn running() -> MutexGuard<'static, Vec<(String, Instant)>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
