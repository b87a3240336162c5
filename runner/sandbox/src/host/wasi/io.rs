//! Reading, writing and the place where that goes on.

use wasmtime::{Caller, Linker, Result};

use super::{WASI, call_moves, check_offset, count, descriptor, serve};
use crate::errno::Errno;
use crate::files::{Files, Whence};
use crate::host::decode;
use crate::host::memory::range;
use crate::state::State;
use crate::trace::{Args, Done, HostCall};

/// The most that one call reads or writes. Protects other sessions on the thread, which wait meanwhile; fewer bytes than asked for are no
/// error.
const MOVE_BYTES: u32 = 64 << 20;

/// Buffers of one read or write, as Linux has it.
const BUFFERS: u32 = 1024;

/// Units of fuel for waiting for the disk, which holds the thread: a tenth of a millisecond's.
const SYNC_FUEL: u64 = 1_000_000;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    let (read, write): (One, One) = (Files::read, |files, fd, bytes, at| {
        files.write(fd, bytes, at)
    });
    for (call, one) in [(HostCall::FdRead, read), (HostCall::FdWrite, write)] {
        linker.func_wrap(
            WASI,
            call.name(),
            move |mut caller: Caller<'_, State>, fd: u32, buffers: u32, number: u32, out: u32| {
                transfer(&mut caller, call, fd, (buffers, number), None, out, one)
            },
        )?;
    }
    for (call, one) in [(HostCall::FdPread, read), (HostCall::FdPwrite, write)] {
        linker.func_wrap(
            WASI,
            call.name(),
            move |mut caller: Caller<'_, State>,
                  fd: u32,
                  buffers: u32,
                  number: u32,
                  at: u64,
                  out: u32| {
                transfer(&mut caller, call, fd, (buffers, number), Some(at), out, one)
            },
        )?;
    }
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

/// Moves bytes between one buffer and a file, at a place or at the file's own. How many.
type One = fn(&mut Files, u32, &mut [u8], Option<u64>) -> Done<usize>;

/// Moves the bytes of each buffer in turn, until `one` moves fewer than a buffer holds. `from` is the place in the file, unless it is the
/// file's own.
fn transfer(
    caller: &mut Caller<'_, State>,
    call: HostCall,
    fd: u32,
    (buffers, number): (u32, u32),
    from: Option<u64>,
    out: u32,
    one: One,
) -> Result<i32> {
    serve(
        caller,
        call,
        |args, memory, state| moved_args(args, memory, state, fd, (buffers, number), from),
        |desk| {
            desk.has(out, 4)?;
            check_offset(from)?;
            let mut at = from;
            let pretend = call_moves(call) && desk.gate.answer.is_some();
            let mut total = 0;
            for (pointer, len) in pieces(desk.memory, buffers, number)? {
                let bytes = range(desk.memory, pointer, len).ok_or(Errno::Fault)?;
                let moved = if pretend {
                    Ok(bytes.len())
                } else {
                    one(&mut desk.state.files, fd, bytes, at)
                };
                let count = match moved {
                    Ok(count) => count,
                    // What came before has been moved.
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
