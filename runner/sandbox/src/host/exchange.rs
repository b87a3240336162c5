//! Messages between two sessions that the host connects: a call, and its answer.

use wasmtime::{Caller, Linker, Result};

use super::console::announce;
use super::gate::Gate;
use super::memory::{range, split};
use super::{charge, errno, tell};
use crate::console::Exchanged;
use crate::signals::{Cause, Waiting};
use crate::state::State;
use crate::trace::HostCall;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap_async(
        "croquant",
        "exchange",
        |caller: Caller<'_, State>, (ptr, len): (u32, u32)| Box::new(exchange(caller, ptr, len)),
    )?;
    Ok(())
}

async fn exchange(mut caller: Caller<'_, State>, ptr: u32, len: u32) -> Result<i32> {
    let mut gate = Gate::open(&mut caller, HostCall::Exchange, |args, _, _| {
        args.put("len", len);
    })?;
    let announced = match gate.refuse() {
        Some(errno) => Ok(-errno),
        None => pass_on(&mut caller, ptr, len).await,
    };
    gate.close_count(&mut caller, announced)
}

async fn pass_on(caller: &mut Caller<'_, State>, ptr: u32, len: u32) -> Result<i32> {
    charge(caller, len.into())?;
    let (memory, state) = split(caller)?;
    let Some(message) = range(memory, ptr, len) else {
        return Ok(-errno::FAULT);
    };
    if message.len() > state.host_bytes {
        state.signals.ask(Cause::HostMemory);
        tell(caller);
        return Ok(-errno::INTR);
    }
    let signals = state.signals.clone();
    let console = &mut state.console;
    match signals
        .wait(Waiting::Input, console.exchange(message.to_vec()))
        .await
    {
        None => {
            tell(caller);
            Ok(-errno::INTR)
        }
        Some(Exchanged::Message(message)) => announce(caller, message),
        Some(Exchanged::End) => Ok(-1),
        Some(Exchanged::Unsupported) => Ok(-errno::NOTSUP),
    }
}
