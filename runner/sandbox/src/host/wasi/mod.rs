//! Module `wasi_snapshot_preview1`: exactly the calls that the guest imports. Those on files are here, decoded and encoded; what they do is in
//! [`files`](crate::files).

mod io;
mod open;
mod path;
mod stat;

use wasmtime::{Caller, Linker, Result};
use wasmtime_wasi::I32Exit;

use super::charge;
use super::decode;
use super::gate::Gate;
use super::memory::{range, split};
use crate::calls::Answer;
use crate::errno::Errno;
use crate::files::Ask;
use crate::state::State;
use crate::trace::{Args, Done, HostCall};

const WASI: &str = "wasi_snapshot_preview1";

/// The longest path that is looked at. Longer ones are ENAMETOOLONG whatever they hold.
const PATH_BYTES: u32 = 4096;

/// What a call's body works with.
pub(super) struct Desk<'a> {
    pub(super) memory: &'a mut [u8],
    pub(super) state: &'a mut State,
    pub(super) gate: &'a mut Gate,
    /// What the body's work costs besides the call.
    pub(super) fuel: u64,
}

impl Desk<'_> {
    /// The bytes at `pointer`.
    pub(super) fn bytes(&mut self, pointer: u32, len: u32) -> Done<&mut [u8]> {
        Ok(range(self.memory, pointer, len).ok_or(Errno::Fault)?)
    }

    pub(super) fn put(&mut self, pointer: u32, bytes: &[u8]) -> Done<()> {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Overflow)?;
        self.bytes(pointer, len)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Whether there is room for a result; asked before anything is done.
    fn has(&mut self, pointer: u32, len: u32) -> Done<()> {
        self.bytes(pointer, len).map(|_| ())
    }

    fn path(&self, pointer: u32, len: u32) -> Done<Vec<u8>> {
        path(self.memory, pointer, len)
    }

    fn ask(&self) -> Ask {
        self.gate.ask()
    }
}

/// Makes a call of WASI: in through the gate, the body unless a rule decides, out again. Calls on paths are decided where the path is known.
pub(super) fn serve(
    caller: &mut Caller<'_, State>,
    call: HostCall,
    describe: impl FnOnce(&mut Args, &[u8], &State),
    body: impl FnOnce(&mut Desk<'_>) -> Done<()>,
) -> Result<i32> {
    let mut gate = Gate::open(caller, call, describe)?;
    let refusal = if call.has_path() {
        None
    } else {
        gate.refusal()
    };
    let done = match (refusal, &gate.answer) {
        (Some(refusal), _) => Err(refusal),
        (None, Some(Answer::Done)) if !call_moves(call) => Ok(()),
        (None, _) => {
            let (memory, state) = split(caller)?;
            let State { files, clocks, .. } = &mut *state;
            files.tell_time(|| clocks.wall_ns());
            let mut desk = Desk {
                memory,
                state,
                gate: &mut gate,
                fuel: 0,
            };
            let done = body(&mut desk);
            let fuel = desk.fuel;
            if fuel > 0 {
                charge(caller, fuel)?;
            }
            done
        }
    };
    let errno = done.err().map(|refusal| {
        gate.refused(refusal);
        refusal.errno
    });
    caller.data_mut().tally.host_is_full |= errno == Some(Errno::NoSpc);
    gate.close(caller, errno);
    Ok(errno.map_or(0, Errno::number))
}

/// Whether a call says how much it did, even if it only pretends.
fn call_moves(call: HostCall) -> bool {
    matches!(call, HostCall::FdWrite | HostCall::FdPwrite)
}

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(WASI, "proc_exit", proc_exit)?;
    linker.func_wrap(WASI, "sched_yield", |mut caller: Caller<'_, State>| {
        serve(&mut caller, HostCall::SchedYield, |_, _, _| {}, |_| Ok(()))
    })?;
    open::link(linker)?;
    io::link(linker)?;
    stat::link(linker)?;
    path::link(linker)
}

fn proc_exit(mut caller: Caller<'_, State>, code: i32) -> Result<()> {
    let gate = Gate::open(&mut caller, HostCall::ProcExit, |args, _, _| {
        args.put("code", i64::from(code));
    })?;
    gate.close_silent(&mut caller, Ok(()))?;
    Err(I32Exit(code).into())
}

/// Notes a descriptor, and the path that it was opened by.
fn descriptor(args: &mut Args, state: &State, fd: u32) {
    args.put("fd", fd);
    if let Some(path) = state.files.named(fd) {
        args.put_bytes("file", path);
    }
}

/// Notes a path and the folder that it starts from.
fn place(args: &mut Args, memory: &[u8], state: &State, fd: u32, (pointer, len): (u32, u32)) {
    args.put("fd", fd);
    if let Some(folder) = state.files.named(fd) {
        args.put_bytes("folder", folder);
    }
    text(args, "path", memory, (pointer, len));
}

fn text(args: &mut Args, name: &'static str, memory: &[u8], (pointer, len): (u32, u32)) {
    if let Ok(path) = path(memory, pointer, len) {
        args.put_bytes(name, &path);
    }
}

fn path(memory: &[u8], pointer: u32, len: u32) -> Done<Vec<u8>> {
    if len >= PATH_BYTES {
        return Err(Errno::NameTooLong.into());
    }
    let bytes = decode::slice(memory, pointer, len).ok_or(Errno::Fault)?;
    Ok(bytes.to_vec())
}

fn count(bytes: usize) -> Done<u32> {
    Ok(u32::try_from(bytes).map_err(|_| Errno::Overflow)?)
}

fn check_offset(at: Option<u64>) -> Done<()> {
    match at {
        Some(at) if i64::try_from(at).is_err() => Err(Errno::Inval.into()),
        _ => Ok(()),
    }
}
