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
    /// Code that does not look (one long operation in C) is stopped for good after [`Limits::grace_ms`](crate::Limits::grace_ms), or
    /// at the second interrupt. Code that catches the exception goes on, as under `python`; at a second interrupt it has to end
    /// within the grace, at a third at once, unless it has asked for input meanwhile. A call that is stopped for good is undone: the
    /// session is as it was before it. Where there is nothing to go back to ([`Interrupter::restores`]), every interrupt is a
    /// first. Two within 400 ms are one.
    pub fn interrupt(&self) {
        self.signals.interrupt();
    }

    /// Like [`interrupt`](Self::interrupt), but only for a guest that does not come back to the host: it is stopped for good after its
    /// grace, or at the second time. For a signal handler on the thread that runs the guest, which nothing else reaches then: it waits
    /// for no lock and allocates nothing. The interrupt itself has to follow when the guest is back.
    pub fn hurry(&self) {
        self.signals.hurry();
    }

    /// Whether the call that runs now, or the last one, can be undone: the session has kept its state before it.
    pub fn restores(&self) -> bool {
        self.signals.restores()
    }

    /// Ends the session: the call that runs now, if one does, ends at once with [`Outcome::Killed`](crate::Outcome::Killed).
    pub fn kill(&self) {
        self.signals.kill();
    }
}
