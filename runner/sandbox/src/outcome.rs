//! How a call ended, and what it used.

/// How a call ended. Each limit has its own outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// It raised `MemoryError` at [`Limits::memory_bytes`](crate::Limits::memory_bytes).
    OutOfMemory,
    /// It was stopped because it wrote on and on past [`Limits::output_bytes`](crate::Limits::output_bytes).
    OutputLimit,
    /// It ran through the stack where Python could not notice. The session is over.
    StackOverflow,
    /// The guest itself failed: a defect of the image, or an attack on it. The session is over.
    Trapped(String),
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
            Self::OutOfMemory => formatter.write_str("ran out of memory"),
            Self::OutputLimit => formatter.write_str("wrote too much output"),
            Self::StackOverflow => formatter.write_str("overflowed its stack"),
            Self::Trapped(reason) => write!(formatter, "trapped: {reason}"),
        }
    }
}

/// A call's outcome and what it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Fuel used: the same for the same image, program and input, whatever the machine.
    pub fuel: u64,
    /// Wall clock from start to end, in microseconds, waiting for input included.
    pub wall_us: u64,
    /// Of that, time spent waiting for input.
    pub waited_us: u64,
    /// Bytes of output and messages that were passed on.
    pub output_bytes: u64,
    /// Bytes that were dropped past the output limit.
    pub dropped_bytes: u64,
    /// Linear memory at the end, in bytes.
    pub memory_bytes: usize,
    /// Whether memory was refused at the limit, whatever the program made of it.
    pub memory_refused: bool,
    /// Whether the session lives on with its variables.
    pub alive: bool,
}

/// The answer to [`Session::call`](crate::Session::call).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// How the call ended.
    pub report: Report,
    /// The reply's JSON, from the guest and not to be trusted; `None` if it gave none.
    pub reply: Option<String>,
}
