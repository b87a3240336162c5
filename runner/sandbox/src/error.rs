//! What can go wrong on the host's side.

use crate::PolicyError;

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
    /// A source or request is larger than the guest's memory can take.
    #[error("{bytes} bytes do not fit into the session's memory\nhint: raise the memory limit")]
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
