//! Ctrl-C while Python runs.
//!
//! A prompt listens on a thread of its own. A program's process has none, as threads cost it a tenth of its start: its runtime
//! listens whenever the guest comes back to it, each millisecond, and for a guest that does not, the signal's handler speaks to the
//! sandbox ([`Interrupter::hurry`]).

use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use croquant_sandbox::{Interrupter, Limits};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::sigint;

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
    /// None if whoever started croquant wants the signal ignored.
    listener: Option<Listener>,
    presses: Arc<Mutex<Presses>>,
}

/// Who listens.
enum Listener {
    /// A thread will, with this.
    Later(Runtime, Signal),
    /// A thread does.
    Thread,
    /// Whoever waits for the call does.
    Here(Signal),
}

/// The call that runs, and what was pressed during it.
struct Presses {
    interrupter: Option<Interrupter>,
    grace: Duration,
    last: Option<Instant>,
}

impl CtrlC {
    /// Begins to listen, for a thread that starts later.
    ///
    /// # Errors
    /// If the system refuses the signal's handler.
    pub(crate) fn listen(limits: &Limits) -> io::Result<Self> {
        Self::new(limits, listener)
    }

    /// Begins to listen on the runtime that this is called on, which has to be the one that the guest runs on.
    ///
    /// # Errors
    /// If the system refuses the signal's handler.
    pub(crate) fn listen_here(limits: &Limits) -> io::Result<Self> {
        Self::new(limits, || {
            signal(SignalKind::interrupt()).map(Listener::Here)
        })
    }

    fn new(limits: &Limits, listen: impl FnOnce() -> io::Result<Listener>) -> io::Result<Self> {
        let listener = match sigint::is_ignored() {
            true => None,
            false => Some(listen()?),
        };
        Ok(Self {
            listener,
            presses: Arc::new(Mutex::new(Presses {
                interrupter: None,
                grace: Duration::from_millis(limits.grace_ms),
                last: None,
            })),
        })
    }

    /// Passes presses on from now on, on a thread of its own: a guest that does not look holds the one that it runs on. For a process that
    /// is confined already, since the walls hold for the threads that start behind them.
    ///
    /// # Errors
    /// If there is no thread.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        let later = self
            .listener
            .take_if(|listener| matches!(listener, Listener::Later(..)));
        if let Some(Listener::Later(runtime, signal)) = later {
            self.listener = Some(Listener::Thread);
            let presses = self.presses.clone();
            std::thread::Builder::new()
                .name("croquant-ctrl-c".into())
                .spawn(move || runtime.block_on(pass_on(signal, &presses)))?;
        }
        Ok(())
    }

    /// Runs `call` to its end, passing each press on to the guest.
    pub(crate) async fn watch<F: Future>(
        &mut self,
        interrupter: &Interrupter,
        call: F,
    ) -> F::Output {
        lock(&self.presses).begin(interrupter);
        let output = match &mut self.listener {
            Some(Listener::Here(signal)) => {
                sigint::hurries(interrupter);
                beside(signal, &self.presses, call).await
            }
            Some(Listener::Later(..) | Listener::Thread) | None => call.await,
        };
        lock(&self.presses).interrupter = None;
        output
    }
}

/// Runs `call` to its end and takes presses meanwhile.
async fn beside<F: Future>(signal: &mut Signal, presses: &Mutex<Presses>, call: F) -> F::Output {
    let mut call = pin!(call);
    loop {
        tokio::select! {
            biased;
            Some(()) = signal.recv() => lock(presses).press(),
            output = &mut call => break output,
        }
    }
}

fn listener() -> io::Result<Listener> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let signal = {
        let _entered = runtime.enter();
        signal(SignalKind::interrupt())?
    };
    Ok(Listener::Later(runtime, signal))
}

async fn pass_on(mut signal: Signal, presses: &Mutex<Presses>) {
    while signal.recv().await.is_some() {
        lock(presses).press();
    }
}

fn lock(presses: &Mutex<Presses>) -> MutexGuard<'_, Presses> {
    presses.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Presses {
    fn begin(&mut self, interrupter: &Interrupter) {
        self.interrupter = Some(interrupter.clone());
        self.last = None;
    }

    fn press(&mut self) {
        let Some(interrupter) = &self.interrupter else {
            return;
        };
        let now = Instant::now();
        match decide(self.last.map(|last| now - last), self.grace) {
            Press::Ignored => {}
            Press::Kills if !interrupter.restores() => interrupter.kill(),
            // A call that can be undone is, by the sandbox, and nothing else is lost.
            Press::Interrupts | Press::Kills => {
                self.last = Some(now);
                interrupter.interrupt();
            }
        }
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
