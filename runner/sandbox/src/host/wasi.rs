//! Module `wasi_snapshot_preview1`: exactly the calls that the guest imports. Those on files are here, decoded and encoded; what they do is in
//! [`files`](crate::files).

use rustix::fs::Advice;
use wasmtime::{Caller, Linker, Result};
use wasmtime_wasi::I32Exit;

use super::charge;
use super::decode::{self, OPEN_FLAGS};
use super::gate::Gate;
use super::memory::{range, split};
use crate::calls::Answer;
use crate::errno::Errno;
use crate::files::{Ask, Whence};
use crate::state::State;
use crate::trace::{Args, Done, HostCall};

const WASI: &str = "wasi_snapshot_preview1";

/// The longest path that is looked at. Longer ones are ENAMETOOLONG whatever they hold.
const PATH_BYTES: u32 = 4096;

/// The most that one call reads or writes. Protects other sessions on the thread, which wait meanwhile; fewer bytes than asked for are no
/// error.
const MOVE_BYTES: u32 = 64 << 20;

/// Buffers of one read or write, as Linux has it.
const BUFFERS: u32 = 1024;

/// Units of fuel for each entry of a folder that is read.
const ENTRY_FUEL: u64 = 100;

/// Units of fuel for waiting for the disk, which holds the thread: a tenth of a millisecond's.
const SYNC_FUEL: u64 = 1_000_000;

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
    link_files(linker)?;
    link_positions(linker)?;
    link_stats(linker)?;
    link_paths(linker)
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

/// Opening, closing, listing.
fn link_files(linker: &mut Linker<State>) -> Result<()> {
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

fn count(bytes: usize) -> Done<u32> {
    Ok(u32::try_from(bytes).map_err(|_| Errno::Overflow)?)
}

/// Reading, writing and the place where that goes on.
fn link_positions(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        WASI,
        "fd_read",
        |mut caller: Caller<'_, State>, fd: u32, buffers: u32, number: u32, out: u32| {
            read(
                &mut caller,
                HostCall::FdRead,
                fd,
                (buffers, number),
                None,
                out,
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_pread",
        |mut caller: Caller<'_, State>, fd: u32, buffers: u32, number: u32, at: u64, out: u32| {
            read(
                &mut caller,
                HostCall::FdPread,
                fd,
                (buffers, number),
                Some(at),
                out,
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_write",
        |mut caller: Caller<'_, State>, fd: u32, buffers: u32, number: u32, out: u32| {
            write(
                &mut caller,
                HostCall::FdWrite,
                fd,
                (buffers, number),
                None,
                out,
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_pwrite",
        |mut caller: Caller<'_, State>, fd: u32, buffers: u32, number: u32, at: u64, out: u32| {
            write(
                &mut caller,
                HostCall::FdPwrite,
                fd,
                (buffers, number),
                Some(at),
                out,
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_seek",
        |mut caller: Caller<'_, State>, fd: u32, delta: i64, whence: u32, out: u32| {
            let whence = decode::whence(whence);
            serve(
                &mut caller,
                HostCall::FdSeek,
                |args, _, state| {
                    descriptor(args, state, fd);
                    args.put("delta", delta);
                    args.put("whence", whence.map_or("invalid", decode::whence_name));
                },
                |desk| {
                    desk.has(out, 8)?;
                    let to = desk
                        .state
                        .files
                        .seek(fd, delta, whence.ok_or(Errno::Inval)?)?;
                    desk.gate.gave("offset", to);
                    desk.put(out, &to.to_le_bytes())
                },
            )
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_tell",
        |mut caller: Caller<'_, State>, fd: u32, out: u32| {
            serve(
                &mut caller,
                HostCall::FdTell,
                |args, _, state| descriptor(args, state, fd),
                |desk| {
                    desk.has(out, 8)?;
                    let at = desk.state.files.seek(fd, 0, Whence::Current)?;
                    desk.gate.gave("offset", at);
                    desk.put(out, &at.to_le_bytes())
                },
            )
        },
    )?;
    for (name, call, all) in [
        ("fd_sync", HostCall::FdSync, true),
        ("fd_datasync", HostCall::FdDatasync, false),
    ] {
        linker.func_wrap(WASI, name, move |mut caller: Caller<'_, State>, fd: u32| {
            serve(
                &mut caller,
                call,
                |args, _, state| descriptor(args, state, fd),
                |desk| {
                    desk.fuel = SYNC_FUEL;
                    desk.state.files.sync(fd, all)
                },
            )
        })?;
    }
    Ok(())
}

fn read(
    caller: &mut Caller<'_, State>,
    call: HostCall,
    fd: u32,
    (buffers, number): (u32, u32),
    from: Option<u64>,
    out: u32,
) -> Result<i32> {
    serve(
        caller,
        call,
        |args, memory, state| moved_args(args, memory, state, fd, (buffers, number), from),
        |desk| {
            desk.has(out, 4)?;
            check_offset(from)?;
            let mut at = from;
            let mut total = 0;
            for (pointer, len) in pieces(desk.memory, buffers, number)? {
                let target = range(desk.memory, pointer, len).ok_or(Errno::Fault)?;
                let count = match desk.state.files.read(fd, target, at) {
                    Ok(count) => count,
                    // What came before has been read.
                    Err(_) if total > 0 => break,
                    Err(refusal) => return Err(refusal),
                };
                total += count;
                at = at.map(|at| at + count as u64);
                if count < len as usize {
                    break;
                }
            }
            desk.fuel = total as u64;
            desk.gate.gave("bytes", total as u64);
            desk.put(out, &count(total)?.to_le_bytes())
        },
    )
}

fn write(
    caller: &mut Caller<'_, State>,
    call: HostCall,
    fd: u32,
    (buffers, number): (u32, u32),
    from: Option<u64>,
    out: u32,
) -> Result<i32> {
    serve(
        caller,
        call,
        |args, memory, state| moved_args(args, memory, state, fd, (buffers, number), from),
        |desk| {
            desk.has(out, 4)?;
            check_offset(from)?;
            let mut at = from;
            let pretend = desk.gate.answer.is_some();
            let mut total = 0;
            for (pointer, len) in pieces(desk.memory, buffers, number)? {
                let bytes = range(desk.memory, pointer, len).ok_or(Errno::Fault)?;
                let written = if pretend {
                    Ok(bytes.len())
                } else {
                    desk.state.files.write(fd, bytes, at)
                };
                let count = match written {
                    Ok(count) => count,
                    // What came before has been written.
                    Err(_) if total > 0 => break,
                    Err(refusal) => return Err(refusal),
                };
                total += count;
                at = at.map(|at| at + count as u64);
                if count < len as usize {
                    break;
                }
            }
            desk.fuel = total as u64;
            desk.gate.gave("bytes", total as u64);
            desk.put(out, &count(total)?.to_le_bytes())
        },
    )
}

fn moved_args(
    args: &mut Args,
    memory: &[u8],
    state: &State,
    fd: u32,
    (buffers, number): (u32, u32),
    at: Option<u64>,
) {
    descriptor(args, state, fd);
    if let Ok(pieces) = pieces(memory, buffers, number) {
        let len: u64 = pieces.iter().map(|(_, len)| u64::from(*len)).sum();
        args.put("len", len);
    }
    if let Some(at) = at {
        args.put("offset", at);
    }
}

fn check_offset(at: Option<u64>) -> Done<()> {
    match at {
        Some(at) if i64::try_from(at).is_err() => Err(Errno::Inval.into()),
        _ => Ok(()),
    }
}

/// The buffers of a read or write, up to what one call moves.
fn pieces(memory: &[u8], buffers: u32, number: u32) -> Done<Vec<(u32, u32)>> {
    if number > BUFFERS {
        return Err(Errno::Inval.into());
    }
    let bytes = decode::slice(memory, buffers, number * 8).ok_or(Errno::Fault)?;
    let mut left = MOVE_BYTES;
    let mut pieces = Vec::with_capacity(number as usize);
    for piece in bytes.chunks_exact(8) {
        let (pointer, len) = (decode::word(piece, 0), decode::word(piece, 4));
        // All of it has to be there, even if not all of it is moved.
        if decode::slice(memory, pointer, len).is_none() {
            return Err(Errno::Fault.into());
        }
        let len = len.min(left);
        left -= len;
        if len > 0 || pieces.is_empty() {
            pieces.push((pointer, len));
        }
    }
    Ok(pieces)
}

/// What is known of files, and what can be set.
fn link_stats(linker: &mut Linker<State>) -> Result<()> {
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

/// Calls on paths.
fn link_paths(linker: &mut Linker<State>) -> Result<()> {
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
                    let files = &desk.state.files;
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
                    let files = &desk.state.files;
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
