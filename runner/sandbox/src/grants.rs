//! Granting authority: the one file where a session is given anything of the host.

#![expect(
    clippy::disallowed_methods,
    reason = "authority is granted here and nowhere else"
)]

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use crate::calls::PathRules;
use crate::files::{Account, Files, Folder};
use crate::limits::Limits;
use crate::policy::{Mount, Policy, PolicyError};

/// How a mount's folder is opened.
const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// The files of the host that `policy` grants: its mounts. The n-th mount is descriptor 3 + n. Where folders were `passed`, the n-th is the
/// n-th mount's, and nothing is opened by its name.
pub(crate) fn grant(
    policy: &Policy,
    limits: &Limits,
    passed: Option<&[OwnedFd]>,
) -> Result<Files, PolicyError> {
    policy.check()?;
    if let Some(passed) = passed
        && passed.len() != policy.mounts.len()
    {
        return Err(PolicyError::FolderCount {
            folders: passed.len(),
            mounts: policy.mounts.len(),
        });
    }
    if policy.mounts.is_empty() {
        return Ok(Files::default());
    }
    let folders = policy.mounts.iter().enumerate();
    let folders = folders
        .map(|(index, mount)| {
            let root = match passed {
                None => open(mount)?,
                Some(passed) => open_again(mount, &passed[index])?,
            };
            folder(index, mount, root)
        })
        .collect::<Result<_, _>>()?;
    let rules = policy.calls.as_ref().map(PathRules::new).transpose()?;
    let open_files = usize::try_from(limits.open_files).unwrap_or(usize::MAX);
    Ok(Files::new(folders, open_files, rules.unwrap_or_default()))
}

impl Policy {
    /// Opens the folders of its mounts, to pass them to a process that opens nothing by its name: see
    /// [`Session::start_in`](crate::Session::start_in).
    ///
    /// # Errors
    /// The first folder that is missing, is none, or cannot be opened.
    pub fn open_folders(&self) -> Result<Vec<OwnedFd>, PolicyError> {
        self.mounts.iter().map(open).collect()
    }
}

/// Opens a mount's folder.
fn open(mount: &Mount) -> Result<OwnedFd, PolicyError> {
    look(mount)?;
    rustix::fs::open(&mount.host, FOLDER, Mode::empty())
        .map_err(|error| unreadable(mount, error.into()))
}

/// Opens a folder that was passed once more, so that no two sessions share where a listing of it is.
fn open_again(mount: &Mount, passed: &OwnedFd) -> Result<OwnedFd, PolicyError> {
    rustix::fs::openat(passed.as_fd(), ".", FOLDER, Mode::empty())
        .map_err(|error| unreadable(mount, error.into()))
}

fn unreadable(mount: &Mount, error: io::Error) -> PolicyError {
    PolicyError::MountUnreadable {
        host: mount.host.clone(),
        reason: error.to_string(),
    }
}

fn folder(index: usize, mount: &Mount, root: OwnedFd) -> Result<Folder, PolicyError> {
    Ok(Folder {
        index,
        guest: mount.guest.clone(),
        root: Arc::new(root),
        access: mount.access,
        names: mount.rules.names()?,
        account: Account::new(mount.rules.quota),
    })
}

/// This process's page map, for the host's own use: it tells which pages a session has written.
pub(crate) fn page_map() -> Option<File> {
    File::open("/proc/self/pagemap").ok()
}

/// Whether a mount's folder is there, for an error that says so.
fn look(mount: &Mount) -> Result<(), PolicyError> {
    let host = mount.host.clone();
    match std::fs::metadata(&host) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(PolicyError::MountNotFolder { host }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(PolicyError::MountMissing { host })
        }
        Err(error) => Err(unreadable(mount, error)),
    }
}
