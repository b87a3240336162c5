//! Folders that sessions are granted, open: what is passed to the worker that runs them, and to the next one if it dies.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use croquant_sandbox::{Access, Error as SandboxError, Mount, Policy};

use crate::error::Error;
use crate::wire::passing::{self, MOST_FOLDERS};

/// The folders of a policy's mounts.
#[derive(Debug)]
pub(super) struct Grants {
    mounts: Vec<Mount>,
    /// The n-th is the n-th mount's.
    folders: Vec<OwnedFd>,
    /// Which they are: device and inode. Another folder may be at the same path later.
    identities: Vec<(u64, u64)>,
}

impl Grants {
    /// Opens the folders of `policy`; `None` if it has none.
    ///
    /// # Errors
    /// A folder that this process cannot open, or too many of them.
    pub(super) async fn open(policy: &Policy) -> Result<Option<Self>, Error> {
        if policy.mounts.is_empty() {
            return Ok(None);
        }
        if policy.mounts.len() > MOST_FOLDERS {
            return Err(Error::NotHere {
                what: "more than 64 folders of the host",
            });
        }
        let mounts = policy.mounts.clone();
        let policy = Policy {
            mounts,
            ..Policy::default()
        };
        // A folder may be far away.
        let opened = tokio::task::spawn_blocking(move || {
            let folders = policy.open_folders().map_err(SandboxError::from)?;
            let identities = folders.iter().map(|folder| {
                let stat = rustix::fs::fstat(folder).map_err(std::io::Error::from)?;
                Ok((stat.st_dev, stat.st_ino))
            });
            Ok(Some(Self {
                identities: identities.collect::<Result<_, Error>>()?,
                folders,
                mounts: policy.mounts,
            }))
        });
        opened.await.map_err(Error::start)?
    }

    /// Whether these are exactly the same: sessions that have them may share a worker.
    pub(super) fn are(&self, others: &Self) -> bool {
        self.mounts == others.mounts && self.identities == others.identities
    }

    /// What may be done with each.
    pub(super) fn access(&self) -> Vec<Access> {
        self.mounts.iter().map(|mount| mount.access).collect()
    }

    /// Passes them to a worker.
    pub(super) fn pass(&self, socket: &UnixStream) -> Result<(), Error> {
        passing::pass(socket, &self.folders).map_err(|error| {
            Error::start(format!(
                "its folders cannot be passed on: {error}\nhint: a process that is confined has to keep this (`Confinement::passes`)"
            ))
        })
    }
}
