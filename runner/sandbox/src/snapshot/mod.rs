//! Snapshots: sessions at rest as values, to go back to, to go on from, and to put away.
//!
//! At rest a session is its linear memory, and what of that differs from the image is little. A [`Snapshot`] holds it, with what the host
//! keeps beside it (clocks, the place in a seed's stream) and what was granted. Taking one after another shares what stayed the same. Written
//! down and sealed ([`Snapshot::encode`]) it outlives the process, and any engine of the same image, anywhere, goes on from it.

mod chain;
mod history;
mod key;
mod lines;
mod part;
mod session;
mod squeeze;
mod wire;

use std::sync::Arc;

use crate::checkpoint::Checkpoint;
use crate::engine::Engine;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::state::Aside;

pub use chain::{Chain, Written};
pub use history::History;
pub use key::SnapshotKey;

/// A session at rest: functions, classes, generators half-way, open files of the memory filesystem, databases in memory, modules; all that
/// Python has. Cheap to clone.
///
/// What it does not hold lies outside the session: the console, an observer, and files of mounts. Mounts are granted anew when a session
/// goes on from it, with what of their quotas was used; files that were open in them are closed (EBADF).
#[derive(Debug, Clone)]
pub struct Snapshot {
    checkpoint: Checkpoint,
    aside: Aside,
    policy: Arc<Policy>,
    limits: Limits,
    /// Whether it is of a fork that has no random numbers of its own yet.
    reseed: bool,
    /// The image that it is of.
    image: [u8; 32],
}

impl Snapshot {
    /// What it weighs in memory, in bytes, if it shares nothing with another.
    pub fn bytes(&self) -> usize {
        self.checkpoint.bytes()
    }

    /// The size of the session's linear memory, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.checkpoint.memory_bytes()
    }

    /// What the session was granted. Files of [`Policy::files`] are not in it: the session has them in its memory.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The session's limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What of it `other` does not have, in bytes.
    fn bytes_beyond(&self, other: &Self) -> usize {
        self.checkpoint.bytes_beyond(&other.checkpoint)
    }

    /// Whether `engine` can go on from it.
    pub(crate) fn fits(&self, engine: &Engine) -> Result<(), SnapshotError> {
        same_image(&self.image, engine)?;
        let (bytes, most) = (self.memory_bytes(), engine.config().max_memory_bytes);
        if bytes > most {
            return Err(SnapshotError::Memory { bytes, most });
        }
        Ok(())
    }
}

fn same_image(image: &[u8; 32], engine: &Engine) -> Result<(), SnapshotError> {
    if *image == engine.inner.names.image {
        Ok(())
    } else {
        Err(SnapshotError::OtherImage)
    }
}

/// Why no session goes on from a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// These bytes are something else, or cut off within the first few.
    #[error("this is no snapshot\nhint: check where it comes from")]
    NotASnapshot,
    /// It was written by another version of Croquant.
    #[error(
        "the snapshot has format {found}, and this version reads {known}\nhint: use the version that wrote it"
    )]
    Version {
        /// The format that it has.
        found: u16,
        /// The format that is understood.
        known: u16,
    },
    /// It is of another guest image.
    #[error("the snapshot is of another image\nhint: use the version of Croquant that wrote it")]
    OtherImage,
    /// The session has other grants.
    #[error("the snapshot has other grants than the session\nhint: start a session from it")]
    OtherGrants,
    /// The session has other mounts.
    #[error(
        "the snapshot has other mounts\nhint: wake it with mounts that differ in nothing but where their folders are on the host"
    )]
    OtherMounts,
    /// It was cut off, corrupted, forged, or sealed with another key.
    #[error(
        "the snapshot's seal is broken: it was changed, cut off, or sealed with another key\nhint: take an older one"
    )]
    Seal,
    /// The seal is right and the content is not: a defect of whoever wrote it.
    #[error("the snapshot is not well-formed: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
    /// Its memory is larger than the engine allows.
    #[error(
        "the snapshot's memory of {bytes} bytes is more than the engine's {most}\nhint: raise the engine's `max_memory_bytes`"
    )]
    Memory {
        /// Its memory.
        bytes: usize,
        /// The engine's most.
        most: usize,
    },
}
