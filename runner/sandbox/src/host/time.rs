//! Time and chance: the clocks, sleeping, random bytes, as the policy grants them. Without wasmtime-wasi's context, which
//! costs more to make than the rest of a session.

use std::time::Duration;

use wasmtime::{Caller, Linker, Result};

use super::gate::Gate;
use super::memory::{range, split};
use super::{charge, monotonic_ns, tell};
use crate::calls::Answer;
use crate::errno::Errno;
use crate::signals::Waiting;
use crate::state::State;
use crate::trace::HostCall;

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
    let mut gate = Gate::open(&mut caller, HostCall::Sleep, |args, _, _| {
        args.put("ns", ns);
    })?;
    let errno = match (gate.refuse(), &gate.answer) {
        (Some(_), _) => gate.refusal().map(|refusal| refusal.errno),
        (None, Some(_)) => None,
        (None, None) => wait(&mut caller, ns).await,
    };
    Ok(gate.close_errno(&mut caller, errno))
}

/// Waits: an error if the guest was interrupted meanwhile.
async fn wait(caller: &mut Caller<'_, State>, ns: i64) -> Option<Errno> {
    let ns = u64::try_from(ns).unwrap_or(0);
    caller.data_mut().tally.told_time = true;
    if caller.data_mut().clocks.skip(ns) {
        return None;
    }
    let signals = caller.data().signals.clone();
    let time = Duration::from_nanos(ns);
    match signals.wait(Waiting::Host, tokio::time::sleep(time)).await {
        Some(()) => None,
        None => {
            tell(caller);
            Some(Errno::Intr)
        }
    }
}

fn clock_time_get(
    mut caller: Caller<'_, State>,
    clock: u32,
    _precision: u64,
    ptr: u32,
) -> Result<i32> {
    clock_call(&mut caller, HostCall::ClockTimeGet, clock, ptr, |caller| {
        caller.data_mut().tally.told_time = true;
        match clock {
            0 => Some(caller.data().clocks.wall_ns()),
            // Monotonic, and the two processor clocks.
            1..=3 => Some(monotonic_ns(caller)),
            _ => None,
        }
    })
}

fn clock_res_get(mut caller: Caller<'_, State>, clock: u32, ptr: u32) -> Result<i32> {
    clock_call(&mut caller, HostCall::ClockResGet, clock, ptr, |_| {
        (clock <= 3).then_some(1)
    })
}

/// A call that gives nanoseconds, or EINVAL for a clock that there is not.
fn clock_call(
    caller: &mut Caller<'_, State>,
    call: HostCall,
    clock: u32,
    ptr: u32,
    nanoseconds: impl FnOnce(&mut Caller<'_, State>) -> Option<u64>,
) -> Result<i32> {
    let mut gate = Gate::open(caller, call, |args, _, _| {
        args.put("clock", clock_name(clock));
    })?;
    let errno = if gate.refuse().is_some() {
        gate.refusal().map(|refusal| refusal.errno)
    } else {
        let given = match gate.answer {
            Some(Answer::Number(number)) => Some(number),
            _ => nanoseconds(caller),
        };
        match given {
            None => Some(Errno::Inval),
            Some(given) => {
                gate.gave("ns", given);
                put(caller, ptr, given)?
            }
        }
    };
    Ok(gate.close_errno(caller, errno))
}

fn clock_name(clock: u32) -> &'static str {
    match clock {
        0 => "realtime",
        1 => "monotonic",
        2 => "process_cputime",
        3 => "thread_cputime",
        _ => "unknown",
    }
}

fn put(caller: &mut Caller<'_, State>, ptr: u32, value: u64) -> Result<Option<Errno>> {
    let (memory, _) = split(caller)?;
    let Some(target) = range(memory, ptr, 8) else {
        return Ok(Some(Errno::Fault));
    };
    target.copy_from_slice(&value.to_le_bytes());
    Ok(None)
}

async fn random_get(mut caller: Caller<'_, State>, ptr: u32, len: u32) -> Result<i32> {
    let mut gate = Gate::open(&mut caller, HostCall::RandomGet, |args, _, _| {
        args.put("len", len);
    })?;
    let errno = match (gate.refuse(), &gate.answer) {
        (Some(_), _) => gate.refusal().map(|refusal| refusal.errno),
        (None, Some(Answer::Bytes(bytes))) => repeat(&mut caller, bytes, ptr, len)?,
        (None, _) => fill(&mut caller, ptr, len).await?,
    };
    Ok(gate.close_errno(&mut caller, errno))
}

/// Fills with the policy's bytes, over and over.
fn repeat(
    caller: &mut Caller<'_, State>,
    bytes: &[u8],
    ptr: u32,
    len: u32,
) -> Result<Option<Errno>> {
    charge(caller, RANDOM_FUEL * u64::from(len))?;
    let (memory, state) = split(caller)?;
    let (Some(target), Some(watch)) = (range(memory, ptr, len), &mut state.watch) else {
        return Ok(Some(Errno::Fault));
    };
    for byte in target {
        *byte = bytes.get(watch.given.random).copied().unwrap_or(0);
        watch.given.random = (watch.given.random + 1) % bytes.len().max(1);
    }
    Ok(None)
}

async fn fill(caller: &mut Caller<'_, State>, ptr: u32, len: u32) -> Result<Option<Errno>> {
    charge(caller, RANDOM_FUEL * u64::from(len))?;
    if len > RANDOM_BYTES {
        return Ok(Some(Errno::Inval));
    }
    let (memory, state) = split(caller)?;
    let Some(target) = range(memory, ptr, len) else {
        return Ok(Some(Errno::Fault));
    };
    let signals = state.signals.clone();
    for (index, piece) in target.chunks_mut(RANDOM_PIECE_BYTES).enumerate() {
        if index > 0 {
            signals.wait_out(tokio::task::yield_now()).await;
        }
        if state.chance.fill(piece).is_err() {
            return Ok(Some(Errno::Io));
        }
    }
    Ok(None)
}
