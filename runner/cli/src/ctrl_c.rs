//! Ctrl-C while Python runs.

use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use crate::sigint;
use croquant_sandbox::{Interrupter, Limits};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A second press sooner than this is the same press: a key held down, or two pressed out of impatience.
const SAME_PRESS: Duration = Duration::from_millis(400);

/// What a press does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Press {
    /// Nothing.
    Ignored,
    /// `KeyboardInterrupt` in the guest.
    Interrupts,
    /// The end of the session.
    Kills,
}

/// Listens to Ctrl-C, so that it no longer ends this process.
pub(crate) struct CtrlC {
    /// None if whoever started croquant wants it ignored.
    signal: Option<Signal>,
    grace: Duration,
    last: Option<Instant>,
}

impl CtrlC {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the system refuses the signal's handler.
    pub(crate) fn listen(limits: &Limits) -> io::Result<Self> {
        let signal = match sigint::is_ignored() {
            true => None,
            false => Some(signal(SignalKind::interrupt())?),
        };
        Ok(Self {
            signal,
            grace: Duration::from_millis(limits.grace_ms),
            last: None,
        })
    }

    /// Runs `call` to its end, passing each press on to the guest.
    pub(crate) async fn watch<F: Future>(
        &mut self,
        interrupter: &Interrupter,
        call: F,
    ) -> F::Output {
        let mut call = pin!(call);
        self.last = None;
        loop {
            tokio::select! {
                output = &mut call => return output,
                () = pressed(self.signal.as_mut()) => self.press(interrupter),
            }
        }
    }

    fn press(&mut self, interrupter: &Interrupter) {
        let now = Instant::now();
        match decide(self.last.map(|last| now - last), self.grace) {
            Press::Ignored => {}
            Press::Interrupts => {
                self.last = Some(now);
                interrupter.interrupt();
            }
            // Its effects are undone, if they can be, and nothing else is lost.
            Press::Kills if interrupter.restores() => {
                self.last = Some(now);
                interrupter.interrupt();
            }
            Press::Kills => interrupter.kill(),
        }
    }
}

/// The next press. It never comes where SIGINT is ignored.
async fn pressed(signal: Option<&mut Signal>) {
    let heard = match signal {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if heard.is_none() {
        std::future::pending().await
    }
}

/// A press soon after another, with the program still there, says that the first one did not help. Past the grace that the
/// sandbox gives an interrupted guest, the first one was heard and handled by the program, and this is a new one.
fn decide(since_last: Option<Duration>, grace: Duration) -> Press {
    match since_last {
        None => Press::Interrupts,
        Some(since) if since < SAME_PRESS => Press::Ignored,
        Some(since) if since < grace => Press::Kills,
        Some(_) => Press::Interrupts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(since_ms: Option<u64>, expected: Press) {
        let since = since_ms.map(Duration::from_millis);
        assert_eq!(decide(since, Duration::from_secs(2)), expected);
    }

    #[test]
    fn presses() {
        check(None, Press::Interrupts);
        check(Some(10), Press::Ignored);
        check(Some(600), Press::Kills);
        check(Some(5000), Press::Interrupts);
    }
}
