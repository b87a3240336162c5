//! Granting authority: the one file where a session is given anything of the host.

#![expect(
    clippy::disallowed_methods,
    reason = "authority is granted here and nowhere else"
)]

use std::fs::File;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use crate::calls::PathRules;
use crate::files::{Account, Files, Folder};
use crate::limits::Limits;
use crate::policy::{Mount, Policy, PolicyError};

/// The files of the host that `policy` grants: its mounts. The n-th mount is descriptor 3 + n.
pub(crate) fn grant(policy: &Policy, limits: &Limits) -> Result<Files, PolicyError> {
    policy.check()?;
    if policy.mounts.is_empty() {
        return Ok(Files::default());
    }
    let folders = policy.mounts.iter().enumerate();
    let folders = folders
        .map(|(index, mount)| open(index, mount))
        .collect::<Result<_, _>>()?;
    let rules = policy.calls.as_ref().map(PathRules::new).transpose()?;
    let open_files = usize::try_from(limits.open_files).unwrap_or(usize::MAX);
    Ok(Files::new(folders, open_files, rules.unwrap_or_default()))
}

/// Opens a mount's folder.
fn open(index: usize, mount: &Mount) -> Result<Folder, PolicyError> {
    look(mount)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = rustix::fs::open(&mount.host, flags, Mode::empty()).map_err(|error| {
        PolicyError::MountUnreadable {
            host: mount.host.clone(),
            reason: std::io::Error::from(error).to_string(),
        }
    })?;
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
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(PolicyError::MountMissing { host })
        }
        Err(error) => Err(PolicyError::MountUnreadable {
            host,
            reason: error.to_string(),
        }),
    }
}
