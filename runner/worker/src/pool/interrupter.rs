//! Asking a session elsewhere to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::link::Link;
use crate::wire::{Number, ToWorker};

/// Interrupts a [`RemoteSession`](super::RemoteSession) from anywhere, as the sandbox's does. It may outlive the session.
#[derive(Debug, Clone, Default)]
pub struct Interrupter {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Where the session is.
    at: Mutex<Option<(Weak<Link>, Number)>>,
    is_killed: AtomicBool,
}

impl Interrupter {
    /// Raises `KeyboardInterrupt` in the call that runs now; does nothing if none does. Variables stay.
    pub fn interrupt(&self) {
        self.send(ToWorker::Interrupt);
    }

    /// Ends the session: the call that runs now, if one does, ends at once.
    pub fn kill(&self) {
        self.inner.is_killed.store(true, Ordering::Release);
        self.send(ToWorker::Kill);
    }

    pub(super) fn is_killed(&self) -> bool {
        self.inner.is_killed.load(Ordering::Acquire)
    }

    pub(super) fn follow(&self, link: &Arc<Link>, number: Number) {
        *self.at() = Some((Arc::downgrade(link), number));
    }

    fn send(&self, message: impl FnOnce(Number) -> ToWorker) {
        let at = self.at().clone();
        if let Some((link, number)) = at
            && let Some(link) = link.upgrade()
        {
            // It is short, so it can be sent.
            let _ = link.send(&message(number));
        }
    }

    fn at(&self) -> MutexGuard<'_, Option<(Weak<Link>, Number)>> {
        self.inner.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
