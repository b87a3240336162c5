//! Calls on paths, but for opening one.

use wasmtime::{Caller, Linker, Result};

use super::{Desk, WASI, count, place, serve, text};
use crate::calls::Answer;
use crate::errno::Errno;
use crate::files::Ask;
use crate::host::decode;
use crate::state::State;
use crate::trace::{Args, Done, HostCall};

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        WASI,
        "path_filestat_get",
        |mut caller: Caller<'_, State>, fd: u32, lookup: u32, pointer: u32, len: u32, out: u32| {
            serve(
                &mut caller,
                HostCall::PathFilestatGet,
                |args, memory, state| {
                    place(args, memory, state, fd, (pointer, len));
                    args.put("follow", decode::follows(lookup));
                },
                |desk| {
                    let (path, ask) = (desk.path(pointer, len)?, desk.ask());
                    let files = &mut desk.state.files;
                    let stat = files.path_filestat(ask, fd, &path, decode::follows(lookup))?;
                    desk.gate
                        .gave_with(|result| decode::describe_stat(result, &stat));
                    desk.put(out, &stat.encode())
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_filestat_set_times",
        |mut caller: Caller<'_, State>,
         fd: u32,
         lookup: u32,
         pointer: u32,
         len: u32,
         accessed: u64,
         modified: u64,
         flags: u32| {
            serve(
                &mut caller,
                HostCall::PathFilestatSetTimes,
                |args, memory, state| {
                    place(args, memory, state, fd, (pointer, len));
                    args.put("follow", decode::follows(lookup));
                    decode::describe_times(args, accessed, modified, flags);
                },
                |desk| {
                    let (path, ask) = (desk.path(pointer, len)?, desk.ask());
                    let times = decode::times(accessed, modified, flags).ok_or(Errno::Inval)?;
                    let files = &mut desk.state.files;
                    files.path_set_times(ask, fd, &path, decode::follows(lookup), times)
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_readlink",
        |mut caller: Caller<'_, State>,
         fd: u32,
         pointer: u32,
         len: u32,
         buffer: u32,
         room: u32,
         out: u32| {
            serve(
                &mut caller,
                HostCall::PathReadlink,
                |args, memory, state| place(args, memory, state, fd, (pointer, len)),
                |desk| {
                    let (path, ask) = (desk.path(pointer, len)?, desk.ask());
                    desk.has(out, 4)?;
                    let target = match &desk.gate.answer {
                        Some(Answer::Bytes(target)) => target.clone(),
                        _ => desk.state.files.read_link(ask, fd, &path)?,
                    };
                    let used = target.len().min(room as usize);
                    desk.gate
                        .gave_with(|result| result.put_bytes("target", &target));
                    desk.fuel = used as u64;
                    desk.put(buffer, &target[..used])?;
                    desk.put(out, &count(used)?.to_le_bytes())
                },
            )
        },
    )?;
    link_one_path(
        linker,
        HostCall::PathCreateDirectory,
        |desk, ask, fd, path| desk.state.files.make_folder(ask, fd, path),
    )?;
    link_one_path(
        linker,
        HostCall::PathRemoveDirectory,
        |desk, ask, fd, path| desk.state.files.remove_folder(ask, fd, path),
    )?;
    link_one_path(linker, HostCall::PathUnlinkFile, |desk, ask, fd, path| {
        desk.state.files.remove_file(ask, fd, path)
    })?;
    link_two_paths(linker)
}

/// A call whose arguments are a folder and a path.
fn link_one_path(
    linker: &mut Linker<State>,
    call: HostCall,
    body: fn(&mut Desk<'_>, Ask, u32, &[u8]) -> Done<()>,
) -> Result<()> {
    linker.func_wrap(
        WASI,
        call.name(),
        move |mut caller: Caller<'_, State>, fd: u32, pointer: u32, len: u32| {
            serve(
                &mut caller,
                call,
                |args, memory, state| place(args, memory, state, fd, (pointer, len)),
                |desk| {
                    let (path, ask) = (desk.path(pointer, len)?, desk.ask());
                    body(desk, ask, fd, &path)
                },
            )
        },
    )?;
    Ok(())
}

fn link_two_paths(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        WASI,
        "path_rename",
        |mut caller: Caller<'_, State>,
         fd: u32,
         pointer: u32,
         len: u32,
         to: u32,
         to_pointer: u32,
         to_len: u32| {
            serve(
                &mut caller,
                HostCall::PathRename,
                |args, memory, state| {
                    place(args, memory, state, fd, (pointer, len));
                    second_place(args, memory, state, to, (to_pointer, to_len));
                },
                |desk| {
                    let (from_path, to_path) =
                        (desk.path(pointer, len)?, desk.path(to_pointer, to_len)?);
                    let ask = desk.ask();
                    desk.state
                        .files
                        .rename(ask, (fd, &from_path), (to, &to_path))
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_link",
        |mut caller: Caller<'_, State>,
         fd: u32,
         lookup: u32,
         pointer: u32,
         len: u32,
         to: u32,
         to_pointer: u32,
         to_len: u32| {
            serve(
                &mut caller,
                HostCall::PathLink,
                |args, memory, state| {
                    place(args, memory, state, fd, (pointer, len));
                    args.put("follow", decode::follows(lookup));
                    second_place(args, memory, state, to, (to_pointer, to_len));
                },
                |desk| {
                    let (from_path, to_path) =
                        (desk.path(pointer, len)?, desk.path(to_pointer, to_len)?);
                    let (ask, follow) = (desk.ask(), decode::follows(lookup));
                    desk.state
                        .files
                        .link(ask, (fd, &from_path), follow, (to, &to_path))
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_symlink",
        |mut caller: Caller<'_, State>,
         target: u32,
         target_len: u32,
         fd: u32,
         pointer: u32,
         len: u32| {
            serve(
                &mut caller,
                HostCall::PathSymlink,
                |args, memory, state| {
                    text(args, "target", memory, (target, target_len));
                    place(args, memory, state, fd, (pointer, len));
                },
                |desk| {
                    let (target, path) = (desk.path(target, target_len)?, desk.path(pointer, len)?);
                    let ask = desk.ask();
                    desk.state.files.symlink(ask, &target, fd, &path)
                },
            )
        },
    )?;
    Ok(())
}

/// Notes the place that something is moved or linked to.
fn second_place(args: &mut Args, memory: &[u8], state: &State, fd: u32, at: (u32, u32)) {
    args.put("to_fd", fd);
    if let Some(folder) = state.files.named(fd) {
        args.put_bytes("to_folder", folder);
    }
    text(args, "to_path", memory, at);
}
