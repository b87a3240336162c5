//! How a call ended, and what it used.

use serde::{Deserialize, Serialize};

/// How a call ended. Each limit has its own outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It ran to its end.
    Completed,
    /// It raised an exception that nobody caught; the guest has reported it.
    Raised,
    /// It asked to exit with this code. The session is over.
    Exited(u8),
    /// It was interrupted by [`Interrupter::interrupt`](crate::Interrupter::interrupt).
    Interrupted,
    /// It was stopped by [`Interrupter::kill`](crate::Interrupter::kill). The session is over.
    Killed,
    /// It used up [`Limits::fuel`](crate::Limits::fuel).
    OutOfFuel,
    /// It ran longer than [`Limits::deadline_ms`](crate::Limits::deadline_ms).
    Deadline,
    /// It waited for input longer than [`Limits::input_idle_ms`](crate::Limits::input_idle_ms).
    InputIdle,
    /// It died of an `OSError` (EMFILE) at [`Limits::open_files`](crate::Limits::open_files).
    OpenFiles,
    /// It died of an `OSError` (ENOSPC) at [`Limits::files`](crate::Limits::files).
    Files,
    /// It sent, or was sent, more at once than [`Limits::host_bytes`](crate::Limits::host_bytes).
    HostMemory,
    /// It raised `MemoryError` at [`Limits::memory_bytes`](crate::Limits::memory_bytes).
    OutOfMemory,
    /// It was stopped because it wrote on and on past [`Limits::output_bytes`](crate::Limits::output_bytes) or
    /// [`Limits::output_lines`](crate::Limits::output_lines).
    OutputLimit,
    /// It ran through the stack where Python could not notice.
    StackOverflow,
    /// The guest itself failed: a defect of the image, or an attack on it.
    Trapped(String),
}

impl Outcome {
    /// Its name in reports: lower case, words joined by `_`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Raised => "raised",
            Self::Exited(_) => "exited",
            Self::Interrupted => "interrupted",
            Self::Killed => "killed",
            Self::OutOfFuel => "out_of_fuel",
            Self::Deadline => "deadline",
            Self::InputIdle => "input_idle",
            Self::OpenFiles => "open_files",
            Self::Files => "files",
            Self::HostMemory => "host_memory",
            Self::OutOfMemory => "out_of_memory",
            Self::OutputLimit => "output_limit",
            Self::StackOverflow => "stack_overflow",
            Self::Trapped(_) => "trapped",
        }
    }

    /// Whether the session was to end: then nothing is restored.
    pub(crate) fn is_farewell(&self) -> bool {
        matches!(self, Self::Exited(_) | Self::Killed)
    }
}

impl std::fmt::Display for Outcome {
    /// In a few words, to go on from "the call".
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Completed => formatter.write_str("completed"),
            Self::Raised => formatter.write_str("raised an exception"),
            Self::Exited(code) => write!(formatter, "exited with code {code}"),
            Self::Interrupted => formatter.write_str("was interrupted"),
            Self::Killed => formatter.write_str("was killed"),
            Self::OutOfFuel => formatter.write_str("ran out of fuel"),
            Self::Deadline => formatter.write_str("ran past its deadline"),
            Self::InputIdle => formatter.write_str("waited too long for input"),
            Self::OpenFiles => formatter.write_str("opened too many files"),
            Self::Files => formatter.write_str("made too many files"),
            Self::HostMemory => formatter.write_str("sent more at once than the host holds"),
            Self::OutOfMemory => formatter.write_str("ran out of memory"),
            Self::OutputLimit => formatter.write_str("wrote too much output"),
            Self::StackOverflow => formatter.write_str("overflowed its stack"),
            Self::Trapped(reason) => write!(formatter, "trapped: {reason}"),
        }
    }
}

/// A call's outcome and what it used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Fuel used: the same for the same image, program and input, whatever the machine.
    pub fuel: u64,
    /// Wall clock from start to end, in microseconds, waiting for input included.
    pub wall_us: u64,
    /// Of that, time spent waiting for input.
    pub waited_us: u64,
    /// Processor time of the host's thread while the guest ran, its host calls included, in microseconds.
    pub cpu_us: u64,
    /// How often the guest called the host.
    pub host_calls: u64,
    /// Bytes of input that were handed to the guest. Files of mounts are not counted.
    pub input_bytes: u64,
    /// Bytes of output and messages that were passed on.
    pub output_bytes: u64,
    /// Bytes that were dropped past the limits on output.
    pub dropped_bytes: u64,
    /// Lines that were dropped because too many came at once, among those bytes.
    pub dropped_lines: u64,
    /// Linear memory at the end, in bytes. It never shrinks, so this is the most that the session had so far.
    pub memory_bytes: usize,
    /// Whether memory was refused at the limit, whatever the program made of it.
    pub memory_refused: bool,
    /// Whether the session lives on with its variables.
    pub alive: bool,
    /// Whether it does so as it was before the call: the call had to be stopped for good, and all that it did inside is undone. Its
    /// output, what it wrote to mounted folders and the input that it took are not.
    pub restored: bool,
    /// What the state before the call weighed, in bytes. `None` if none was kept
    /// ([`Limits::checkpoint_bytes`](crate::Limits::checkpoint_bytes)): then a call that is stopped for good ends the session.
    pub checkpoint_bytes: Option<usize>,
}

/// The answer to [`Session::call`](crate::Session::call).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// How the call ended.
    pub report: Report,
    /// The reply's JSON, from the guest and not to be trusted; `None` if it gave none.
    pub reply: Option<String>,
}
