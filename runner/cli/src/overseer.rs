//! The clock that looks after a guest that does not come back, in a process without threads: a timer's signal.
//!
//! A thread would do the same, but to begin and to end one takes a tenth of the time of a short program, and much more where all
//! processors are busy.

#![expect(
    unsafe_code,
    reason = "a signal handler may do little, and the compiler cannot check it"
)]

use croquant_sandbox::{Engine, Overseer};
use nix::sys::signal::{SigEvent, SigSet, SigevNotify, Signal};
use nix::sys::time::TimeSpec;
use nix::sys::timer::{Expiration, Timer, TimerSetTimeFlags};
use nix::time::ClockId;

use crate::exit::Failure;

/// Nothing else in this process uses it.
const SIGNAL: Signal = Signal::SIGALRM;

/// Looks after the guests of `engine` from now on, until the process ends. Before the process is confined: later it cannot make a timer.
///
/// # Errors
/// The system has no timer.
pub(crate) fn start(engine: &Engine) -> Result<(), Failure> {
    let overseer = engine.oversee();
    // SAFETY: the sandbox says that looking waits for nothing and allocates nothing.
    unsafe { signal_hook_registry::register(SIGNAL as i32, move || overseer.look()) }
        .map_err(Failure::host)?;
    // Whoever started this process may have left it blocked.
    SigSet::from(SIGNAL)
        .thread_unblock()
        .map_err(Failure::host)?;
    let notify = SigevNotify::SigevSignal {
        signal: SIGNAL,
        si_value: 0,
    };
    let mut timer =
        Timer::new(ClockId::CLOCK_MONOTONIC, SigEvent::new(notify)).map_err(Failure::host)?;
    let period = Expiration::Interval(TimeSpec::from_duration(Overseer::PERIOD));
    timer
        .set(period, TimerSetTimeFlags::empty())
        .map_err(Failure::host)?;
    // It ends with the process: a confined one may not even delete it.
    std::mem::forget(timer);
    Ok(())
}
