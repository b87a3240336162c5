//! How a call ended: the one place where returns and traps become outcomes.

use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

use crate::outcome::Outcome;
use crate::signals::Cause;
use crate::state::Heard;

/// Which export was called: their return values mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Returns a status; so does `croquant_call`.
    Execute,
    /// Returns an exit code.
    Run,
}

/// What is known of a call that returned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// What the guest was asked to stop for.
    pub(crate) told: Option<Cause>,
    /// Whether it was refused memory.
    pub(crate) refused: bool,
    /// Whether a folder of the host was full.
    pub(crate) host_is_full: bool,
    pub(crate) heard: &'a Heard,
}

/// An outcome, and whether the session lives on.
pub(crate) type Ending = (Outcome, bool);

/// The ending of a call that returned `value`.
pub(crate) fn returned(entry: Entry, value: i32, facts: Facts<'_>) -> Ending {
    match entry {
        Entry::Execute => status(value, facts),
        Entry::Run => (exit_code(value, facts), false),
    }
}

fn status(value: i32, facts: Facts<'_>) -> Ending {
    let exited = value == 2;
    if let Some(limit) = facts.told.and_then(limit) {
        return (limit, !exited && (0..=1).contains(&value));
    }
    match value {
        0 => (Outcome::Completed, true),
        1 => (exception(facts).unwrap_or(Outcome::Raised), true),
        2 => (Outcome::Exited(said_code(facts.heard)), false),
        _ => (
            Outcome::Trapped(format!("the guest returned status {value}")),
            false,
        ),
    }
}

fn exit_code(value: i32, facts: Facts<'_>) -> Outcome {
    if let Some(limit) = facts.told.and_then(limit) {
        return limit;
    }
    // `python` ends with 130 after a `KeyboardInterrupt`, with 1 after any other exception.
    match value {
        130 if facts.told == Some(Cause::Interrupt) => Outcome::Interrupted,
        1 => last_exception(facts).unwrap_or(Outcome::Exited(1)),
        0..=255 => Outcome::Exited(value.to_le_bytes()[0]),
        _ => Outcome::Trapped(format!("the guest returned exit code {value}")),
    }
}

/// A limit has its outcome whatever the program made of it; an interrupt that the program handled is its own affair.
fn limit(cause: Cause) -> Option<Outcome> {
    match cause {
        Cause::Interrupt => None,
        Cause::InputIdle | Cause::Output | Cause::Deadline | Cause::Fuel | Cause::HostMemory => {
            Some(stopped(Some(cause)))
        }
    }
}

/// The outcome that stands behind the exception that a cell reported, if one does.
fn exception(facts: Facts<'_>) -> Option<Outcome> {
    let error = serde_json::from_str::<serde_json::Value>(facts.heard.error.as_deref()?).ok()?;
    let text = |name| error.get(name).and_then(|value| value.as_str());
    limit_of(text("ename")?, text("evalue").unwrap_or(""), facts)
}

/// The outcome that stands behind the exception of which a program died. `python` reports it in no other way than by the traceback, whose
/// last line is the exception.
fn last_exception(facts: Facts<'_>) -> Option<Outcome> {
    let line = facts.heard.last_line();
    let (name, text) = line.split_once(": ").unwrap_or((&line, ""));
    limit_of(name, text, facts)
}

/// What `OSError` says of EMFILE: POSIX's words and musl's.
const EMFILE: [&str; 2] = ["] Too many open files", "] No file descriptors available"];

/// What `OSError` says of ENOSPC: POSIX's words.
const ENOSPC: &str = "] No space left on device";

/// The limit that raised an exception, if one did: what the program itself raises under these names is its own affair.
fn limit_of(name: &str, text: &str, facts: Facts<'_>) -> Option<Outcome> {
    match name {
        "KeyboardInterrupt" if facts.told == Some(Cause::Interrupt) => Some(Outcome::Interrupted),
        "MemoryError" if facts.refused => Some(Outcome::OutOfMemory),
        // Memory that runs out, and a disk of the host's, say so, too.
        "OSError" if text.contains(ENOSPC) && !facts.refused && !facts.host_is_full => {
            Some(Outcome::Files)
        }
        "OSError" if EMFILE.iter().any(|emfile| text.contains(emfile)) => Some(Outcome::OpenFiles),
        _ => None,
    }
}

/// The code of the guest's `exit` message, as a process has it.
fn said_code(heard: &Heard) -> u8 {
    let code = heard.exit.as_deref().and_then(|json| {
        let message = serde_json::from_str::<serde_json::Value>(json).ok()?;
        message.get("code")?.as_i64()
    });
    code.unwrap_or(1).to_le_bytes()[0]
}

/// The outcome of a call that was dropped because it would not stop for `cause`, or because it was killed.
pub(crate) fn stopped(cause: Option<Cause>) -> Outcome {
    match cause {
        None => Outcome::Killed,
        Some(Cause::Interrupt) => Outcome::Interrupted,
        Some(Cause::InputIdle) => Outcome::InputIdle,
        Some(Cause::Output) => Outcome::OutputLimit,
        Some(Cause::Deadline) => Outcome::Deadline,
        Some(Cause::Fuel) => Outcome::OutOfFuel,
        Some(Cause::HostMemory) => Outcome::HostMemory,
    }
}

/// The outcome of a call that trapped, exited through WASI, or was refused by a host call.
pub(crate) fn failed(error: &wasmtime::Error) -> Outcome {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return Outcome::Exited(code.to_le_bytes()[0]);
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => trapped(*trap),
        None => Outcome::Trapped(error.root_cause().to_string()),
    }
}

fn trapped(trap: Trap) -> Outcome {
    match trap {
        Trap::StackOverflow => Outcome::StackOverflow,
        Trap::OutOfFuel => Outcome::OutOfFuel,
        Trap::MemoryOutOfBounds
        | Trap::HeapMisaligned
        | Trap::TableOutOfBounds
        | Trap::IndirectCallToNull
        | Trap::BadSignature
        | Trap::IntegerOverflow
        | Trap::IntegerDivisionByZero
        | Trap::BadConversionToInteger
        | Trap::UnreachableCodeReached => Outcome::Trapped(trap.to_string()),
        // wasmtime's list is open, and the rest of it belongs to wasm features that are switched off.
        foreign => Outcome::Trapped(format!("unexpected {foreign}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        entry: Entry,
        value: i32,
        told: Option<Cause>,
        refused: bool,
        ename: &str,
        expected: Ending,
    ) {
        let heard = Heard {
            error: Some(format!(
                r#"{{"ename": "{ename}", "evalue": "", "traceback": []}}"#
            )),
            exit: Some(r#"{"code": 3}"#.into()),
            ..Heard::default()
        };
        assert_eq!(
            returned(
                entry,
                value,
                Facts {
                    told,
                    refused,
                    host_is_full: false,
                    heard: &heard
                }
            ),
            expected
        );
    }

    #[test]
    fn statuses() {
        check(
            Entry::Execute,
            0,
            None,
            false,
            "",
            (Outcome::Completed, true),
        );
        check(
            Entry::Execute,
            1,
            None,
            false,
            "ValueError",
            (Outcome::Raised, true),
        );
        check(
            Entry::Execute,
            2,
            None,
            false,
            "",
            (Outcome::Exited(3), false),
        );
        check(
            Entry::Execute,
            9,
            None,
            false,
            "",
            (
                Outcome::Trapped("the guest returned status 9".into()),
                false,
            ),
        );
    }

    #[test]
    fn an_interrupt_counts_only_if_nobody_caught_it() {
        let told = Some(Cause::Interrupt);
        check(
            Entry::Execute,
            1,
            told,
            false,
            "KeyboardInterrupt",
            (Outcome::Interrupted, true),
        );
        check(
            Entry::Execute,
            1,
            told,
            false,
            "ValueError",
            (Outcome::Raised, true),
        );
        check(
            Entry::Execute,
            0,
            told,
            false,
            "",
            (Outcome::Completed, true),
        );
        check(
            Entry::Execute,
            1,
            None,
            false,
            "KeyboardInterrupt",
            (Outcome::Raised, true),
        );
    }

    #[test]
    fn a_limit_counts_always() {
        check(
            Entry::Execute,
            0,
            Some(Cause::Fuel),
            false,
            "",
            (Outcome::OutOfFuel, true),
        );
        check(
            Entry::Execute,
            1,
            Some(Cause::Deadline),
            false,
            "ValueError",
            (Outcome::Deadline, true),
        );
        check(
            Entry::Execute,
            2,
            Some(Cause::Deadline),
            false,
            "",
            (Outcome::Deadline, false),
        );
        check(
            Entry::Run,
            0,
            Some(Cause::Output),
            false,
            "",
            (Outcome::OutputLimit, false),
        );
    }

    #[test]
    fn refused_memory_counts_if_it_ended_the_call() {
        check(
            Entry::Execute,
            1,
            None,
            true,
            "MemoryError",
            (Outcome::OutOfMemory, true),
        );
        check(
            Entry::Execute,
            1,
            None,
            true,
            "KeyError",
            (Outcome::Raised, true),
        );
        check(
            Entry::Execute,
            1,
            None,
            false,
            "MemoryError",
            (Outcome::Raised, true),
        );
    }

    #[test]
    fn a_program_tells_its_exception_on_stderr() {
        let outcome = |told, refused, stderr: &str| {
            let mut heard = Heard::default();
            heard.note_stderr(b"Traceback (most recent call last):\n  File\n");
            heard.note_stderr(stderr.as_bytes());
            let facts = Facts {
                told,
                refused,
                host_is_full: false,
                heard: &heard,
            };
            returned(Entry::Run, 1, facts).0
        };
        assert_eq!(outcome(None, true, "MemoryError\n"), Outcome::OutOfMemory);
        assert_eq!(
            outcome(None, true, "MemoryError: no\n\n"),
            Outcome::OutOfMemory
        );
        assert_eq!(outcome(None, false, "MemoryError\n"), Outcome::Exited(1));
        assert_eq!(outcome(None, true, "MyMemoryError\n"), Outcome::Exited(1));
        let files = "OSError: [Errno 24] Too many open files: 'a: b'\n";
        assert_eq!(outcome(None, false, files), Outcome::OpenFiles);
        assert_eq!(
            outcome(None, false, "OSError: [Errno 2] x"),
            Outcome::Exited(1)
        );
        let files = "OSError: [Errno 33] No file descriptors available: 'x'";
        assert_eq!(outcome(None, false, files), Outcome::OpenFiles);
        let full = "OSError: [Errno 28] No space left on device: 'x'\n";
        assert_eq!(outcome(None, false, full), Outcome::Files);
        // Then it was memory that the file system had no more of.
        assert_eq!(outcome(None, true, full), Outcome::Exited(1));
        let long = format!("{}\nMemoryError\n", "x".repeat(5_000));
        assert_eq!(outcome(None, true, &long), Outcome::OutOfMemory);
    }

    #[test]
    fn exit_codes() {
        check(Entry::Run, 0, None, false, "", (Outcome::Exited(0), false));
        check(
            Entry::Run,
            255,
            None,
            false,
            "",
            (Outcome::Exited(255), false),
        );
        check(
            Entry::Run,
            130,
            Some(Cause::Interrupt),
            false,
            "",
            (Outcome::Interrupted, false),
        );
        check(
            Entry::Run,
            130,
            None,
            false,
            "",
            (Outcome::Exited(130), false),
        );
    }

    #[test]
    fn a_forged_exit_message_is_an_error_code() {
        for json in ["", "{", "[]", r#"{"code": "0"}"#, r#"{"code": 1e99}"#] {
            let heard = Heard {
                exit: Some(json.into()),
                ..Heard::default()
            };
            assert_eq!(said_code(&heard), 1, "{json}");
        }
    }

    #[test]
    fn traps() {
        assert_eq!(trapped(Trap::StackOverflow), Outcome::StackOverflow);
        assert_eq!(trapped(Trap::OutOfFuel), Outcome::OutOfFuel);
        let unreachable = "wasm trap: wasm `unreachable` instruction executed";
        assert_eq!(
            trapped(Trap::UnreachableCodeReached),
            Outcome::Trapped(unreachable.into())
        );
        assert_eq!(failed(&I32Exit(258).into()), Outcome::Exited(2));
    }
}
