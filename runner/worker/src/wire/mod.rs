//! What supervisor and workers say to each other.
//!
//! Each message is a [`frame`]: its length, then the message as postcard has it. The first of each direction names the protocol's version and
//! the image; who speaks another is not spoken to. Neither side trusts the other further than that: what is too long, unknown, left over or
//! out of turn ends the connection.

mod bytes;
pub(crate) mod frame;
pub(crate) mod passing;
#[cfg(test)]
mod tests;

use croquant_sandbox::{
    Access, Answer, Called, Cell, Error as SandboxError, Limits, MessageKind, Policy, Stream,
};
use serde::{Deserialize, Serialize};

pub(crate) use bytes::Bytes;

use crate::error::Error;

/// Rises with each change of a message. Both sides are one executable, unless somebody replaces it while it runs.
pub(crate) const VERSION: u16 = 4;

/// How much output a session may send ahead of its reader. Protects the supervisor's memory.
pub(crate) const WINDOW_BYTES: usize = 256 << 10;

/// How much of the window is given back at once.
pub(crate) const CREDIT_BYTES: usize = 32 << 10;

/// How much room in the window a message waits for: as much as it takes, but no more than there is when all is taken that was sent before.
pub(crate) const MOST_ROOM_BYTES: usize = WINDOW_BYTES - CREDIT_BYTES;

/// The most that one message of output holds: what a guest writes at once is cut into such pieces.
pub(crate) const PIECE_BYTES: usize = 32 << 10;

/// The room that a message takes, besides its text.
const MESSAGE_BYTES: usize = 64;

/// The most that is kept of a session, to bring it back if its worker dies. Protects the supervisor's memory.
pub(crate) const CHECKPOINT_BYTES: usize = 16 << 20;

/// What a session of these limits may have on the way, taken by nobody: its window, or one message that is larger.
pub(crate) fn most_on_the_way(limits: &Limits) -> usize {
    // A guest's text that is none grows to three times its length; and a question that is withdrawn costs a message each way.
    2 * WINDOW_BYTES + 3 * limits.host_bytes
}

/// A session, numbered by the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Number(pub(crate) u64);

/// The first message to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) version: u16,
    /// The hash of everything that made the image.
    pub(crate) image: String,
    pub(crate) max_sessions: u32,
    pub(crate) max_memory_bytes: u64,
    /// Seals what workers send of their sessions for others to take up.
    pub(crate) key: [u8; 32],
    /// What its sessions may do with the folders that follow as open descriptors, in the order of their mounts.
    pub(crate) folders: Vec<Access>,
}

/// The first message of a worker, sent when it is confined and has tried a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) version: u16,
    pub(crate) image: String,
    pub(crate) landlock: Option<u32>,
    pub(crate) seccomp: bool,
    /// The least that a session's memory may be limited to.
    pub(crate) least_memory_bytes: u64,
}

/// To a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// Start a session.
    Start(Number, Box<Start>),
    /// One call; the next one only after its end.
    Call(Number, Call),
    Interrupt(Number),
    Kill(Number),
    /// So much output has been taken.
    Credit(Number, u32),
    /// Nobody takes output any more.
    Broken(Number),
    /// The answer to the question of this number.
    Answer(Number, u32, Answer),
    /// The answer to a read: `None` if it failed.
    Input(Number, u32, Option<Bytes>),
    /// The session is not wanted any more.
    End(Number),
    /// Is the worker there? Its reader answers, whatever its guests do.
    Ping,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    /// A session that was before, as it was after its last call.
    pub(crate) resume: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Call {
    Execute {
        source: String,
        single: bool,
        silent: bool,
        store_history: bool,
    },
    Request(String),
}

impl Call {
    pub(crate) fn execute(cell: &Cell<'_>) -> Self {
        Self::Execute {
            source: cell.source.to_owned(),
            single: cell.single,
            silent: cell.silent,
            store_history: cell.store_history,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Execute { source, .. } => source.len(),
            Self::Request(json) => json.len(),
        }
    }
}

/// From a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    Started(Number, Option<Failure>),
    Write(Number, Stream, Bytes),
    Emit(Number, MessageKind, String),
    /// Ask for a line: the question's number, its prompt, whether it is hidden.
    Ask(Number, u32, String, bool),
    /// Ask for so many bytes of standard input.
    Read(Number, u32, u32),
    /// The question is not asked any more.
    Withdraw(Number, u32),
    /// A call has ended that took a while. How, is said when the session's state is written down: who waits for that wakes up meanwhile.
    Ending(Number),
    /// How a call ended, and with it the session as it is now: whoever hears of the end can bring it back.
    Ended(Number, Result<Called, Failure>, State),
    /// The session has given its place back.
    Gone(Number),
    /// The worker is there.
    Pong,
}

/// A session's state after a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// The session has ended, or is too large to be kept elsewhere.
    Nothing,
    /// All of it: what came before is not needed any more.
    Whole(Bytes),
    /// What changed: it belongs behind what came before.
    More(Bytes),
}

impl FromWorker {
    /// The session that it is about, if it is about one.
    pub(crate) fn number(&self) -> Option<Number> {
        match self {
            Self::Started(number, _)
            | Self::Write(number, ..)
            | Self::Emit(number, ..)
            | Self::Ask(number, ..)
            | Self::Read(number, ..)
            | Self::Withdraw(number, _)
            | Self::Ending(number)
            | Self::Ended(number, ..)
            | Self::Gone(number) => Some(*number),
            Self::Pong => None,
        }
    }

    /// What it counts for in a session's window: its text, and the room that any message takes.
    pub(crate) fn cost(&self) -> usize {
        MESSAGE_BYTES
            + match self {
                Self::Write(_, _, bytes) => bytes.0.len(),
                Self::Emit(_, _, text) | Self::Ask(_, _, text, _) => text.len(),
                _ => 0,
            }
    }

    /// Whether it takes room in the window, which is given back. The others answer something.
    pub(crate) fn takes_room(&self) -> bool {
        match self {
            Self::Write(..)
            | Self::Emit(..)
            | Self::Ask(..)
            | Self::Read(..)
            | Self::Withdraw(..) => true,
            Self::Started(..) | Self::Ending(_) | Self::Ended(..) | Self::Gone(_) | Self::Pong => {
                false
            }
        }
    }
}

/// A failure of the worker's host side, as far as it can be told elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    Full(u32),
    Ended,
    Begin(String),
    MemoryLimit(u64, u64),
    TooLarge(u64),
    Snapshot(String),
    Host(String),
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Full { max_sessions } => Self::Full(max_sessions),
            SandboxError::Ended => Self::Ended,
            SandboxError::Begin { reason } => Self::Begin(reason),
            SandboxError::MemoryLimit { limit, least } => {
                Self::MemoryLimit(limit as u64, least as u64)
            }
            SandboxError::TooLarge { bytes } => Self::TooLarge(bytes as u64),
            SandboxError::Snapshot(error) => Self::Snapshot(error.to_string()),
            other => Self::Host(other.to_string()),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let size = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        let error = match failure {
            Failure::Full(max_sessions) => SandboxError::Full { max_sessions },
            Failure::Ended => SandboxError::Ended,
            Failure::Begin(reason) => SandboxError::Begin { reason },
            Failure::MemoryLimit(limit, least) => SandboxError::MemoryLimit {
                limit: size(limit),
                least: size(least),
            },
            Failure::TooLarge(bytes) => SandboxError::TooLarge { bytes: size(bytes) },
            Failure::Snapshot(reason) => return Self::Unwakeable { reason },
            Failure::Host(reason) => SandboxError::Host { reason },
        };
        error.into()
    }
}
