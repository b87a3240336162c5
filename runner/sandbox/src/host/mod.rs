//! What the guest can call. The guest is assumed hostile: every pointer, length and text it gives is checked here.

mod console;
mod decode;
mod exchange;
mod gate;
mod memory;
mod slice;
mod time;
mod wasi;

use wasmtime::{Caller, Linker, Result};

use crate::meter;
use crate::state::State;

pub(crate) use gate::Watch;

/// Errno values of WASI preview 1 that the host returns.
pub(crate) mod errno {
    pub(crate) const BADF: i32 = 8;
    pub(crate) const FAULT: i32 = 21;
    pub(crate) const INTR: i32 = 27;
    pub(crate) const IO: i32 = 29;
    pub(crate) const NOSPC: i32 = 51;
    pub(crate) const NOTSUP: i32 = 58;
    pub(crate) const PIPE: i32 = 64;
}

/// Defines every import of the guest.
pub(crate) fn link(linker: &mut Linker<State>) -> Result<()> {
    wasi::link(linker)?;
    time::link(linker)?;
    slice::link(linker)?;
    console::link(linker)?;
    exchange::link(linker)
}

/// What every call of the host begins with: its price, and what the guest has not been told yet.
fn enter(caller: &mut Caller<'_, State>, bytes: u64) -> Result<()> {
    caller.data_mut().tally.host_calls += 1;
    charge(caller, meter::HOST_CALL + bytes)?;
    tell(caller);
    Ok(())
}

/// Charges the guest for work that the host does for it.
fn charge(caller: &mut Caller<'_, State>, units: u64) -> Result<()> {
    match caller.data().meter {
        Some(meter) => meter.charge(caller, units),
        None => Ok(()),
    }
}

/// The session's monotonic clock, in nanoseconds. Where the meter cannot be read, virtual time does not count this call's work.
fn monotonic_ns(caller: &mut Caller<'_, State>) -> u64 {
    let meter = caller.data().meter;
    let used = meter.map_or(0, |meter| meter.used(&mut *caller).unwrap_or(0));
    caller.data().clocks.monotonic_ns(used)
}

/// Tells the guest that it is asked to stop, if it is.
fn tell(caller: &mut Caller<'_, State>) {
    let state = caller.data();
    let (Some(block), Some(memory)) = (state.block, state.memory) else {
        return;
    };
    if state.signals.is_unseen() && block.is_taken(memory, &*caller) {
        caller.data().signals.note_seen();
    }
    if caller.data().signals.take_asked().is_some() {
        block.set(memory, caller);
    }
}
