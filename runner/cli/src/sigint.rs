//! SIGINT as the system sees it: whether whoever started croquant wants it ignored, and death by it.

#![expect(
    unsafe_code,
    reason = "what a signal does can only be asked and set by unsafe functions"
)]

use croquant_sandbox::Interrupter;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, raise, sigaction};

/// Whether SIGINT was ignored when this process started, as under `nohup` or in a shell's background: then it stays so, as in `python`.
pub(crate) fn is_ignored() -> bool {
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: neither action is a function, so no code runs in a signal handler's place.
    let Ok(before) = (unsafe { sigaction(Signal::SIGINT, &ignore) }) else {
        return false;
    };
    if matches!(before.handler(), SigHandler::SigIgn) {
        return true;
    }
    // SAFETY: it is the action that was there a moment ago.
    let _ = unsafe { sigaction(Signal::SIGINT, &before) };
    false
}

/// From now on the signal's handler, too, sees to it that an interrupted guest comes to an end; the rest is up to the runtime.
pub(crate) fn hurries(interrupter: &Interrupter) {
    let interrupter = interrupter.clone();
    // SAFETY: the sandbox says that this waits for nothing and allocates nothing.
    let added = unsafe {
        signal_hook_registry::register(Signal::SIGINT as i32, move || interrupter.hurry())
    };
    // The signal has a handler already, to which this only adds. Without it, limits still hold.
    drop(added);
}

/// Dies of SIGINT, as `python` does after an uncaught KeyboardInterrupt, so that a shell that runs a script stops it as well. Returns
/// only if the system does not let it die.
pub(crate) fn die() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the action is not a function; nothing of the process runs after it.
    let _ = unsafe { sigaction(Signal::SIGINT, &default) };
    let _ = raise(Signal::SIGINT);
}
