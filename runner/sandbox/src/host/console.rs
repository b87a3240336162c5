//! Module `croquant`: output, input and messages.

use std::io;

use wasmtime::{Caller, Linker, Result, bail};

use super::gate::Gate;
use super::memory::{range, range_or_trap, split};
use super::{charge, errno, monotonic_ns, tell};
use crate::calls;
use crate::console::{Answer, Message, MessageKind, Stream};
use crate::signals::{Cause, Waiting};
use crate::state::State;
use crate::trace::HostCall;

/// The largest piece of a stream that crosses at once. Protects the host's memory: consoles copy what they are given.
const PIECE_BYTES: u32 = 64 << 10;

/// The longest prompt that is passed on whole.
const PROMPT_BYTES: u32 = 64 << 10;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap_async(
        "croquant",
        "write",
        |caller: Caller<'_, State>, (fd, ptr, len): (u32, u32, u32)| {
            Box::new(write(caller, fd, ptr, len))
        },
    )?;
    linker.func_wrap_async(
        "croquant",
        "read",
        |caller: Caller<'_, State>, (ptr, len): (u32, u32)| Box::new(read(caller, ptr, len)),
    )?;
    linker.func_wrap_async(
        "croquant",
        "input",
        |caller: Caller<'_, State>, (ptr, len, password): (u32, u32, u32)| {
            Box::new(input(caller, ptr, len, password != 0))
        },
    )?;
    linker.func_wrap("croquant", "take", take)?;
    linker.func_wrap_async(
        "croquant",
        "emit",
        |caller: Caller<'_, State>, (kind, ptr, len): (u32, u32, u32)| {
            Box::new(emit(caller, kind, ptr, len))
        },
    )?;
    Ok(())
}

async fn write(mut caller: Caller<'_, State>, fd: u32, ptr: u32, len: u32) -> Result<i32> {
    let mut gate = Gate::open(&mut caller, HostCall::Write, |args, _, _| {
        args.put("fd", fd);
        args.put("len", len);
    })?;
    let written = match (gate.refuse(), &gate.answer) {
        (Some(errno), _) => Ok(-errno),
        // It counts as written.
        (None, Some(_)) => Ok(len.min(PIECE_BYTES).cast_signed()),
        (None, None) => write_out(&mut caller, fd, ptr, len).await,
    };
    gate.close_count(&mut caller, written)
}

async fn write_out(caller: &mut Caller<'_, State>, fd: u32, ptr: u32, len: u32) -> Result<i32> {
    let len = len.min(PIECE_BYTES);
    charge(caller, len.into())?;
    let stream = match fd {
        1 => Stream::Stdout,
        2 => Stream::Stderr,
        _ => return Ok(-errno::BADF),
    };
    let now = monotonic_ns(caller);
    let (memory, state) = split(caller)?;
    let Some(bytes) = range(memory, ptr, len) else {
        return Ok(-errno::FAULT);
    };
    if stream == Stream::Stderr {
        state.heard.note_stderr(bytes);
    }
    let share = state.output.stream(stream, bytes, now);
    if state.output.is_flood() {
        state.signals.ask(Cause::Output);
    }
    let signals = state.signals.clone();
    let console = &mut state.console;
    let written = signals
        .wait_out(async {
            if let Some(mark) = &share.before {
                console.write(stream, mark.as_bytes()).await?;
            }
            if !share.pass.is_empty() {
                console.write(stream, &bytes[share.pass]).await?;
            }
            if let Some(mark) = &share.after {
                console.write(stream, mark.as_bytes()).await?;
            }
            io::Result::Ok(())
        })
        .await;
    tell(caller);
    Ok(match written {
        Ok(()) => len.cast_signed(),
        Err(error) => -number(&error),
    })
}

async fn read(mut caller: Caller<'_, State>, ptr: u32, len: u32) -> Result<i32> {
    let mut gate = Gate::open(&mut caller, HostCall::Read, |args, _, _| {
        args.put("len", len);
    })?;
    let got = match (gate.refuse(), &gate.answer) {
        (Some(errno), _) => Ok(-errno),
        (None, Some(calls::Answer::Bytes(bytes))) => read_answer(&mut caller, bytes, ptr, len),
        (None, _) => read_in(&mut caller, ptr, len).await,
    };
    gate.close_count(&mut caller, got)
}

/// Reads on in the standard input that the policy gives.
fn read_answer(caller: &mut Caller<'_, State>, bytes: &[u8], ptr: u32, len: u32) -> Result<i32> {
    let len = len.min(PIECE_BYTES);
    charge(caller, len.into())?;
    let (memory, state) = split(caller)?;
    let (Some(target), Some(watch)) = (range(memory, ptr, len), &mut state.watch) else {
        return Ok(-errno::FAULT);
    };
    let rest = bytes.get(watch.given.stdin..).unwrap_or_default();
    let count = rest.len().min(target.len());
    target[..count].copy_from_slice(&rest[..count]);
    watch.given.stdin += count;
    Ok(i32::try_from(count)?)
}

async fn read_in(caller: &mut Caller<'_, State>, ptr: u32, len: u32) -> Result<i32> {
    let len = len.min(PIECE_BYTES);
    charge(caller, len.into())?;
    let (memory, state) = split(caller)?;
    let Some(target) = range(memory, ptr, len) else {
        return Ok(-errno::FAULT);
    };
    if target.is_empty() {
        return Ok(0);
    }
    let signals = state.signals.clone();
    loop {
        if let Some(count) = state.stdin.take(target) {
            state.tally.input_bytes += count as u64;
            return Ok(i32::try_from(count)?);
        }
        match signals
            .wait(Waiting::Input, state.console.read(target.len()))
            .await
        {
            None => {
                tell(caller);
                return Ok(-errno::INTR);
            }
            Some(Err(error)) => return Ok(-number(&error)),
            Some(Ok(bytes)) => state.stdin.arrive(bytes),
        }
    }
}

async fn input(mut caller: Caller<'_, State>, ptr: u32, len: u32, password: bool) -> Result<i32> {
    let mut gate = Gate::open(&mut caller, HostCall::Input, |args, memory, _| {
        if let Some(prompt) = super::decode::slice(memory, ptr, len.min(PROMPT_BYTES)) {
            args.put_bytes("prompt", prompt);
        }
        args.put("password", password);
    })?;
    let announced = match (gate.refuse(), &gate.answer) {
        (Some(errno), _) => Ok(-errno),
        (None, Some(calls::Answer::Lines(lines))) => answer_line(&mut caller, lines),
        (None, _) => ask(&mut caller, ptr, len, password).await,
    };
    gate.close_count(&mut caller, announced)
}

/// Announces the next of the lines that the policy gives.
fn answer_line(caller: &mut Caller<'_, State>, lines: &[String]) -> Result<i32> {
    let Some(watch) = &mut caller.data_mut().watch else {
        return Ok(-1);
    };
    let Some(line) = lines.get(watch.given.lines) else {
        return Ok(-1);
    };
    watch.given.lines += 1;
    announce(caller, line.clone().into_bytes())
}

/// Keeps a line or message until `take` fetches it.
pub(super) fn announce(caller: &mut Caller<'_, State>, line: Vec<u8>) -> Result<i32> {
    let state = caller.data_mut();
    if line.len() > state.host_bytes {
        state.signals.ask(Cause::HostMemory);
        tell(caller);
        return Ok(-errno::INTR);
    }
    state.tally.input_bytes += line.len() as u64;
    let len = i32::try_from(line.len())?;
    charge(caller, line.len() as u64)?;
    caller.data_mut().line = line;
    Ok(len)
}

async fn ask(caller: &mut Caller<'_, State>, ptr: u32, len: u32, password: bool) -> Result<i32> {
    let len = len.min(PROMPT_BYTES);
    charge(caller, len.into())?;
    let (memory, state) = split(caller)?;
    let Some(prompt) = range(memory, ptr, len) else {
        return Ok(-errno::FAULT);
    };
    let prompt = String::from_utf8_lossy(prompt).into_owned();
    let signals = state.signals.clone();
    match signals
        .wait(Waiting::Input, state.console.input(prompt, password))
        .await
    {
        None => {
            tell(caller);
            Ok(-errno::INTR)
        }
        Some(Answer::End) => Ok(-1),
        Some(Answer::Unsupported) => Ok(-errno::NOTSUP),
        Some(Answer::Line(line)) => announce(caller, line.into_bytes()),
    }
}

fn take(mut caller: Caller<'_, State>, ptr: u32) -> Result<()> {
    let mut gate = Gate::open(&mut caller, HostCall::Take, |_, _, _| {})?;
    gate.gave("bytes", caller.data().line.len() as u64);
    let taken = fetch(&mut caller, ptr);
    gate.close_silent(&mut caller, taken)
}

fn fetch(caller: &mut Caller<'_, State>, ptr: u32) -> Result<()> {
    let (memory, state) = split(caller)?;
    let line = std::mem::take(&mut state.line);
    range_or_trap(memory, ptr, u32::try_from(line.len())?, "take")?.copy_from_slice(&line);
    Ok(())
}

async fn emit(mut caller: Caller<'_, State>, kind: u32, ptr: u32, len: u32) -> Result<()> {
    let gate = Gate::open(&mut caller, HostCall::Emit, |args, _, _| {
        let name = MessageKind::from_number(kind).map_or("unknown", MessageKind::name);
        args.put("kind", name);
        args.put("len", len);
    })?;
    let emitted = match gate.answer {
        Some(_) => Ok(()),
        None => send(&mut caller, kind, ptr, len).await,
    };
    gate.close_silent(&mut caller, emitted)
}

async fn send(caller: &mut Caller<'_, State>, kind: u32, ptr: u32, len: u32) -> Result<()> {
    charge(caller, len.into())?;
    let (memory, state) = split(caller)?;
    let Some(kind) = MessageKind::from_number(kind) else {
        bail!("`emit` knows no kind {kind}");
    };
    let json = range_or_trap(memory, ptr, len, "emit")?;
    if json.len() > state.host_bytes {
        state.signals.ask(Cause::HostMemory);
        tell(caller);
        return Ok(());
    }
    let own = state.heard.slot(kind);
    if !state.output.message(json.len(), own.is_some()) {
        if state.output.is_flood() {
            state.signals.ask(Cause::Output);
        }
        return Ok(());
    }
    let json = String::from_utf8_lossy(json).into_owned();
    if let Some(slot) = own {
        *slot = Some(json.clone());
    }
    if kind != MessageKind::Reply {
        let signals = state.signals.clone();
        let message = Message { kind, json };
        signals.wait_out(state.console.emit(message)).await;
        tell(caller);
    }
    Ok(())
}

/// The errno for a console's error.
fn number(error: &io::Error) -> i32 {
    match error.kind() {
        io::ErrorKind::BrokenPipe => errno::PIPE,
        io::ErrorKind::StorageFull => errno::NOSPC,
        _ => errno::IO,
    }
}
