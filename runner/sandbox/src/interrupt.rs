//! Asking a running session to stop.

use std::sync::Arc;

use crate::signals::Signals;

/// Interrupts a session from anywhere: other tasks, other threads. It may outlive the session, and then does nothing.
#[derive(Debug, Clone)]
pub struct Interrupter {
    signals: Arc<Signals>,
}

impl Interrupter {
    pub(crate) fn new(signals: Arc<Signals>) -> Self {
        Self { signals }
    }

    /// Raises `KeyboardInterrupt` in the call that runs now; does nothing if none does. Variables stay.
    ///
    /// Code that does not look (one long operation in C) is stopped for good after [`Limits::grace_ms`](crate::Limits::grace_ms).
    /// Code that catches the exception goes on, as under `python`.
    pub fn interrupt(&self) {
        self.signals.interrupt();
    }

    /// Ends the session: the call that runs now, if one does, ends at once with [`Outcome::Killed`](crate::Outcome::Killed).
    pub fn kill(&self) {
        self.signals.kill();
    }
}
