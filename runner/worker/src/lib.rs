//! Sessions in confined processes.
//!
//! A [`Pool`] runs workers: processes of this same executable, each with an engine of its own and many sessions, and with nothing else: no file
//! but those of granted folders, no network, no other process, only the socket to its supervisor. A [`RemoteSession`] is used like a session of
//! the sandbox. Its console stays where it was made: what the guest prints and asks crosses the wire.
//!
//! A guest that breaks out of the sandbox, or brings its process down, finds and harms what its worker has: nothing but the other sessions in
//! it. These come back in another worker when they are next called.
//!
//! # Who starts workers
//! A server confines itself before it serves, and a confined process starts no program. So a [`Spawner`] is started before: a process with one
//! thread that knows two requests, to start a worker and to end one. It passes on the new worker's socket. (Spare workers would
//! do without it, until the last spare one has died.)
//!
//! Workers and spawner are told what they are by the name under which they are started: the executable's `main` asks
//! [`Role::of_this_process`] first.
//!
//! # Folders
//! A session whose policy has mounts runs in a worker that is started for them: it gets the folders as open descriptors, before it confines itself
//! to what lies beneath them. Sessions that have exactly the same mounts share such workers; these are counted ([`PoolConfig::granted_workers`]),
//! and end with their last session. The folders are opened when the session starts. A supervisor that is confined by then has to reach them
//! and to keep `Confinement::passes`.
//!
//! # Fixed memory
//! Output and messages (results, displays) cross ahead of their reader by a window for each session, and a guest that is further ahead waits. A
//! message that is larger than the window crosses alone. What is kept of sessions has a budget. A worker that sends more than it may is ended.

mod error;
mod guest;
mod inherited;
mod pool;
mod role;
mod spawner;
mod wire;
mod worker;

/// Frames on a socket: for those who hand other work to processes of their own.
pub mod frame {
    pub use crate::wire::frame::{FrameError, encode, read};
}

pub use error::Error;
pub use pool::{Interrupter, Kept, KeptState, Pool, PoolConfig, RemoteSession, WorkerState};
pub use role::Role;
pub use spawner::Spawner;
