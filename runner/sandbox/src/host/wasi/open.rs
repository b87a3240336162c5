//! Opening, closing, listing.

use wasmtime::{Caller, Linker, Result};

use super::{WASI, count, descriptor, place, serve};
use crate::calls::Answer;
use crate::errno::Errno;
use crate::host::decode::{self, OPEN_FLAGS};
use crate::host::memory::range;
use crate::state::State;
use crate::trace::HostCall;

/// Units of fuel for each entry of a folder that is read.
const ENTRY_FUEL: u64 = 100;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        WASI,
        "path_open",
        |mut caller: Caller<'_, State>,
         fd: u32,
         lookup: u32,
         pointer: u32,
         len: u32,
         oflags: u32,
         rights: u64,
         _inheriting: u64,
         flags: u32,
         out: u32| {
            let how = decode::how(lookup, oflags, rights, flags);
            serve(
                &mut caller,
                HostCall::PathOpen,
                |args, memory, state| {
                    place(args, memory, state, fd, (pointer, len));
                    args.put("flags", OPEN_FLAGS.names(how));
                },
                |desk| {
                    let path = desk.path(pointer, len)?;
                    desk.has(out, 4)?;
                    let ask = desk.ask();
                    let opened = match desk.gate.answer.take() {
                        Some(Answer::Bytes(bytes)) => {
                            let opened =
                                desk.state
                                    .files
                                    .open_content(fd, &path, how, bytes.clone().into());
                            desk.gate.answer = Some(Answer::Bytes(bytes));
                            opened?
                        }
                        _ => desk.state.files.open(ask, fd, &path, how)?,
                    };
                    desk.gate.gave("fd", opened);
                    desk.put(out, &opened.to_le_bytes())
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_close",
        |mut caller: Caller<'_, State>, fd: u32| {
            serve(
                &mut caller,
                HostCall::FdClose,
                |args, _, state| descriptor(args, state, fd),
                |desk| desk.state.files.close(fd),
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_readdir",
        |mut caller: Caller<'_, State>, fd: u32, buffer: u32, len: u32, cookie: u64, out: u32| {
            serve(
                &mut caller,
                HostCall::FdReaddir,
                |args, _, state| {
                    descriptor(args, state, fd);
                    args.put("len", len);
                    args.put("cookie", cookie);
                },
                |desk| {
                    desk.has(out, 4)?;
                    let buffer = range(desk.memory, buffer, len).ok_or(Errno::Fault)?;
                    let used = desk.state.files.list(fd, buffer, cookie)?;
                    let entries = if cookie == 0 {
                        desk.state.files.listed(fd)
                    } else {
                        0
                    };
                    desk.fuel = used as u64 + ENTRY_FUEL * entries as u64;
                    desk.gate.gave("bytes", used as u64);
                    desk.put(out, &count(used)?.to_le_bytes())
                },
            )
        },
    )?;
    Ok(())
}
