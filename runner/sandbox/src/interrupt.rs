//! Asking a running session to stop.

use std::sync::Arc;

/// Interrupts a session from anywhere: other tasks, other threads.
#[derive(Debug, Clone)]
pub struct Interrupter {
    _shared: Arc<()>,
}

impl Interrupter {
    /// Raises `KeyboardInterrupt` in the call that runs now; nothing if none does. Variables stay.
    pub fn interrupt(&self) {}

    /// Ends the call that runs now, and the session with it.
    pub fn kill(&self) {}
}
