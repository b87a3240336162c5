//! What can go wrong on the host's side.

use crate::{PolicyError, SnapshotError};

/// The host failed, or was asked for something that cannot be. A guest that ends badly is an
/// [`Outcome`](crate::Outcome) instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The image cannot be loaded.
    #[error("the guest image cannot be loaded: {reason}\nhint: build it again")]
    Image {
        /// Why.
        reason: String,
    },
    /// The policy cannot be granted.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// No session can go on from a snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// All slots of the engine are taken.
    #[error(
        "all {max_sessions} sessions are in use\nhint: end one, or raise the number of sessions"
    )]
    Full {
        /// How many there are.
        max_sessions: u32,
    },
    /// The session has ended and takes no more calls.
    #[error("the session has ended\nhint: start a new one")]
    Ended,
    /// The guest would not begin.
    #[error("the session cannot begin: {reason}")]
    Begin {
        /// Why.
        reason: String,
    },
    /// The memory limit leaves no room for the image itself.
    #[error(
        "a memory limit of {limit} bytes is below the {least} bytes that the image needs\nhint: raise the memory limit"
    )]
    MemoryLimit {
        /// The limit.
        limit: usize,
        /// The least that an empty session takes.
        least: usize,
    },
    /// A policy's arguments or files are larger than any guest's memory.
    #[error("{bytes} bytes do not fit into a session's memory\nhint: mount large files instead")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The wasm runtime failed.
    #[error("the sandbox failed: {reason}")]
    Host {
        /// Why.
        reason: String,
    },
}

impl Error {
    /// For failures of the runtime that no caller can do anything about.
    pub(crate) fn host(error: wasmtime::Error) -> Self {
        Self::Host {
            reason: format!("{error:#}"),
        }
    }
}
