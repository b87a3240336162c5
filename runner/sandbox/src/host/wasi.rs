//! Module `wasi_snapshot_preview1`: files of mounted folders through wasmtime-wasi, and nothing else of it.

use wasmtime::{Caller, Linker, Result};
use wasmtime_wasi::{I32Exit, p1};

use super::{enter, errno};
use crate::state::State;

/// Defines all of preview 1, then shadows what the guest has no business with or what would wait on its own.
/// The clocks and random bytes are shadowed in `time`.
pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    let wasi = "wasi_snapshot_preview1";
    p1::add_to_linker_async(linker, State::wasi)?;
    linker.func_wrap(wasi, "proc_exit", proc_exit)?;
    linker.func_wrap(
        wasi,
        "sched_yield",
        |mut caller: Caller<'_, State>| -> Result<i32> {
            enter(&mut caller, 0)?;
            Ok(0)
        },
    )?;
    linker.func_wrap(
        wasi,
        "poll_oneoff",
        |_: Caller<'_, State>, _: u32, _: u32, _: u32, _: u32| errno::NOTSUP,
    )?;
    linker.func_wrap(wasi, "proc_raise", |_: Caller<'_, State>, _: u32| {
        errno::NOTSUP
    })?;
    linker.func_wrap(
        wasi,
        "sock_accept",
        |_: Caller<'_, State>, _: u32, _: u32, _: u32| errno::NOTSUP,
    )?;
    linker.func_wrap(
        wasi,
        "sock_recv",
        |_: Caller<'_, State>, _: u32, _: u32, _: u32, _: u32, _: u32, _: u32| errno::NOTSUP,
    )?;
    linker.func_wrap(
        wasi,
        "sock_send",
        |_: Caller<'_, State>, _: u32, _: u32, _: u32, _: u32, _: u32| errno::NOTSUP,
    )?;
    linker.func_wrap(
        wasi,
        "sock_shutdown",
        |_: Caller<'_, State>, _: u32, _: u32| errno::NOTSUP,
    )?;
    Ok(())
}

fn proc_exit(_: Caller<'_, State>, code: i32) -> Result<()> {
    Err(I32Exit(code).into())
}
