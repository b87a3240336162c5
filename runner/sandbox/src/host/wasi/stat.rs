//! What is known of open files, and what can be set.

use rustix::fs::Advice;
use wasmtime::{Caller, Linker, Result};

use super::{WASI, check_offset, descriptor, serve};
use crate::errno::Errno;
use crate::host::decode;
use crate::state::State;
use crate::trace::HostCall;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        WASI,
        "fd_fdstat_get",
        |mut caller: Caller<'_, State>, fd: u32, out: u32| {
            serve(
                &mut caller,
                HostCall::FdFdstatGet,
                |args, _, state| descriptor(args, state, fd),
                |desk| {
                    let stat = desk.state.files.fdstat(fd)?;
                    desk.put(out, &decode::fdstat(stat))
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_fdstat_set_flags",
        |mut caller: Caller<'_, State>, fd: u32, flags: u32| {
            serve(
                &mut caller,
                HostCall::FdFdstatSetFlags,
                |args, _, state| {
                    descriptor(args, state, fd);
                    args.put("flags", decode::FD_FLAGS.of(flags));
                },
                |desk| {
                    let flags = u16::try_from(flags).map_err(|_| Errno::Inval)?;
                    desk.state.files.set_flags(fd, flags)
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_filestat_get",
        |mut caller: Caller<'_, State>, fd: u32, out: u32| {
            serve(
                &mut caller,
                HostCall::FdFilestatGet,
                |args, _, state| descriptor(args, state, fd),
                |desk| {
                    let stat = desk.state.files.filestat(fd)?;
                    desk.gate
                        .gave_with(|result| decode::describe_stat(result, &stat));
                    desk.put(out, &stat.encode())
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_filestat_set_size",
        |mut caller: Caller<'_, State>, fd: u32, size: u64| {
            serve(
                &mut caller,
                HostCall::FdFilestatSetSize,
                |args, _, state| {
                    descriptor(args, state, fd);
                    args.put("size", size);
                },
                |desk| {
                    check_offset(Some(size))?;
                    desk.state.files.set_size(fd, size)
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_filestat_set_times",
        |mut caller: Caller<'_, State>, fd: u32, accessed: u64, modified: u64, flags: u32| {
            serve(
                &mut caller,
                HostCall::FdFilestatSetTimes,
                |args, _, state| {
                    descriptor(args, state, fd);
                    decode::describe_times(args, accessed, modified, flags);
                },
                |desk| {
                    let times = decode::times(accessed, modified, flags).ok_or(Errno::Inval)?;
                    desk.state.files.set_times(fd, times)
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_advise",
        |mut caller: Caller<'_, State>, fd: u32, offset: u64, len: u64, advice: u32| {
            let advice = decode::advice(advice);
            serve(
                &mut caller,
                HostCall::FdAdvise,
                |args, _, state| {
                    descriptor(args, state, fd);
                    args.put("offset", offset);
                    args.put("len", len);
                    args.put("advice", advice.map_or("invalid", decode::advice_name));
                },
                |desk| {
                    check_offset(Some(offset))?;
                    check_offset(Some(len))?;
                    let advice: Advice = advice.ok_or(Errno::Inval)?;
                    desk.state.files.advise(fd, offset, len, advice)
                },
            )
        },
    )?;
    Ok(())
}
