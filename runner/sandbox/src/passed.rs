//! Sessions whose folders were opened by another process, and passed to this one.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use crate::console::Console;
use crate::engine::Engine;
use crate::error::Error;
use crate::grants;
use crate::limits::Limits;
use crate::policy::{Mount, Policy};
use crate::session::Session;
use crate::snapshot::{Snapshot, SnapshotError};

impl Session {
    /// As [`Session::start`], in a process that cannot open folders by their names, or must not: the n-th mount of `policy` is the n-th of
    /// `folders`, whatever [`Mount::host`] says. [`Policy::open_folders`] opens them.
    ///
    /// # Errors
    /// As [`Session::start`].
    pub async fn start_in(
        engine: &Engine,
        policy: &Policy,
        folders: &[OwnedFd],
        limits: &Limits,
        console: Box<dyn Console>,
    ) -> Result<Self, Error> {
        let files = grants::grant(policy, limits, Some(folders))?;
        Self::start_with(engine, policy, files, limits, console, None).await
    }

    /// As [`Session::resume`], with the n-th of `folders` as the n-th mount. Which folder of the host that is may have changed, and is as
    /// `mounts` says from now on; all else about them is as it was.
    ///
    /// # Errors
    /// As [`Session::resume`], and [`SnapshotError::OtherMounts`] if `mounts` and the snapshot's differ in more than where they are on the host.
    pub async fn resume_in(
        engine: &Engine,
        snapshot: &Snapshot,
        mounts: &[Mount],
        folders: &[OwnedFd],
        console: Box<dyn Console>,
    ) -> Result<Self, Error> {
        snapshot.fits(engine)?;
        let before = snapshot.policy();
        if !agree(&before.mounts, mounts) {
            return Err(SnapshotError::OtherMounts.into());
        }
        let mut policy = before.without_files();
        policy.mounts = mounts.to_vec();
        let files = grants::grant(&policy, snapshot.limits(), Some(folders))?;
        Self::resume_with(engine, snapshot, Arc::new(policy), files, console, None).await
    }
}

/// Whether a session cannot tell one list of mounts from the other.
fn agree(before: &[Mount], now: &[Mount]) -> bool {
    let is_same = |(before, now): (&Mount, &Mount)| {
        let placed = Mount {
            host: now.host.clone(),
            ..before.clone()
        };
        placed == *now
    };
    before.len() == now.len() && before.iter().zip(now).all(is_same)
}
