//! What can go wrong with sessions elsewhere.

use std::io;

/// A session in a worker could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sandbox says so, in the worker or before.
    #[error(transparent)]
    Sandbox(#[from] croquant_sandbox::Error),
    /// The policy or the limits ask for what a worker does not have.
    #[error(
        "{what} cannot be had in a worker\nhint: leave it out, or start the session in this process"
    )]
    NotHere {
        /// What.
        what: &'static str,
    },
    /// All places of all workers are taken.
    #[error(
        "all {max_sessions} sessions are in use\nhint: end one, or raise the number of sessions"
    )]
    Full {
        /// How many there are.
        max_sessions: u32,
    },
    /// All workers for sessions with folders are taken.
    #[error(
        "all {max_workers} workers for sessions with folders are in use\nhint: end such a session, or raise the number of these workers"
    )]
    NoWorker {
        /// How many there may be.
        max_workers: u32,
    },
    /// The worker died while the call ran. What it printed may be incomplete.
    #[error("the process that ran the session has ended; the call is lost")]
    Lost {
        /// Whether the session lives on, with its variables as they were before the call.
        recovers: bool,
    },
    /// The session's calls have cost it two workers, one after the other: it gets no third for ten seconds. It lives on, with its variables as
    /// they were before these calls: whoever kills workers from outside takes no session's variables.
    #[error(
        "the session has ended its process twice, and is not started again for ten seconds\nhint: change what it was to do"
    )]
    Quarantined,
    /// The session that was put away cannot be woken: it is damaged, or another version of Croquant put it away.
    #[error("the session cannot be woken: {reason}")]
    Unwakeable {
        /// Why.
        reason: String,
    },
    /// A call is longer than can be sent.
    #[error("{bytes} bytes are too much for one call")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A worker cannot be started.
    #[error("a worker cannot be started: {reason}")]
    Start {
        /// Why.
        reason: String,
    },
}

impl Error {
    pub(crate) fn start(reason: impl ToString) -> Self {
        Self::Start {
            reason: reason.to_string(),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::start(error)
    }
}
