//! Time and chance: the clocks, sleeping, random bytes, as the policy grants them. Without wasmtime-wasi's context, which
//! costs more to make than the rest of a session.

use std::time::Duration;

use wasmtime::{Caller, Linker, Result};

use super::memory::{range, split};
use super::{enter, errno, tell};
use crate::signals::Waiting;
use crate::state::State;

/// The most random bytes for one call.
const RANDOM_BYTES: u32 = 64 << 20;

/// How many of them are made between two chances for other tasks.
const RANDOM_PIECE_BYTES: usize = 256 << 10;

/// What a random byte costs in fuel.
const RANDOM_FUEL: u64 = 8;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap_async(
        "croquant",
        "sleep",
        |caller: Caller<'_, State>, (ns,): (i64,)| Box::new(sleep(caller, ns)),
    )?;
    let wasi = "wasi_snapshot_preview1";
    linker.func_wrap(wasi, "clock_time_get", clock_time_get)?;
    linker.func_wrap(wasi, "clock_res_get", clock_res_get)?;
    linker.func_wrap_async(
        wasi,
        "random_get",
        |caller: Caller<'_, State>, (ptr, len): (u32, u32)| Box::new(random_get(caller, ptr, len)),
    )?;
    Ok(())
}

async fn sleep(mut caller: Caller<'_, State>, ns: i64) -> Result<i32> {
    enter(&mut caller, 0)?;
    let ns = u64::try_from(ns).unwrap_or(0);
    if caller.data_mut().clocks.skip(ns) {
        return Ok(0);
    }
    let signals = caller.data().signals.clone();
    let time = Duration::from_nanos(ns);
    match signals.wait(Waiting::Host, tokio::time::sleep(time)).await {
        Some(()) => Ok(0),
        None => {
            tell(&mut caller);
            Ok(errno::INTR)
        }
    }
}

fn clock_time_get(
    mut caller: Caller<'_, State>,
    clock: u32,
    _precision: u64,
    ptr: u32,
) -> Result<i32> {
    enter(&mut caller, 0)?;
    let nanoseconds = match clock {
        0 => caller.data().clocks.wall_ns(),
        // Monotonic, and the two processor clocks.
        1..=3 => {
            let used = fuel(&mut caller);
            caller.data().clocks.monotonic_ns(|| used)
        }
        _ => return Ok(errno::INVAL),
    };
    put(&mut caller, ptr, nanoseconds)
}

/// What the call that runs has used so far. A meter that cannot be read shows nothing: the clock stands.
fn fuel(caller: &mut Caller<'_, State>) -> u64 {
    let meter = caller.data().meter;
    meter.map_or(0, |meter| meter.used(caller).unwrap_or(0))
}

fn clock_res_get(mut caller: Caller<'_, State>, clock: u32, ptr: u32) -> Result<i32> {
    enter(&mut caller, 0)?;
    match clock {
        0..=3 => put(&mut caller, ptr, 1),
        _ => Ok(errno::INVAL),
    }
}

fn put(caller: &mut Caller<'_, State>, ptr: u32, value: u64) -> Result<i32> {
    let (memory, _) = split(caller)?;
    let Some(target) = range(memory, ptr, 8) else {
        return Ok(errno::FAULT);
    };
    target.copy_from_slice(&value.to_le_bytes());
    Ok(0)
}

async fn random_get(mut caller: Caller<'_, State>, ptr: u32, len: u32) -> Result<i32> {
    enter(&mut caller, RANDOM_FUEL * u64::from(len))?;
    if len > RANDOM_BYTES {
        return Ok(errno::INVAL);
    }
    let (memory, state) = split(&mut caller)?;
    let Some(target) = range(memory, ptr, len) else {
        return Ok(errno::FAULT);
    };
    let signals = state.signals.clone();
    for (index, piece) in target.chunks_mut(RANDOM_PIECE_BYTES).enumerate() {
        if index > 0 {
            signals.wait_out(tokio::task::yield_now()).await;
        }
        if state.chance.fill(piece).is_err() {
            return Ok(errno::IO);
        }
    }
    Ok(0)
}
