//! Files of the host: the folders that a session was granted, and what the guest has opened in them.
//!
//! Every operation starts at an open folder and ends at one name beneath it ([`walk`]), which is never followed: so the kernel resolves no
//! path of the guest's except beneath a folder that was granted (`openat2` with `RESOLVE_BENEATH`), and where names are hidden or ruled on,
//! none at all. Nothing but regular files and folders is opened: a pipe or a device would hold the thread or do something.

mod change;
mod folder;
mod io;
mod list;
mod names;
mod open;
mod quota;
mod shown;
mod stat;
mod walk;

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{FileType, Stat};
use serde::{Deserialize, Serialize};

use crate::calls::PathRules;
use crate::errno::Errno;
use crate::trace::{Done, HostCall, Reason, Refusal};

pub(crate) use folder::Folder;
pub(crate) use io::Whence;
pub(crate) use names::Names;
pub(crate) use open::How;
pub(crate) use quota::{Account, Used};
pub(crate) use stat::{FOLDER, Filestat, Time, Times};

/// The first descriptor of a mount; those before are the standard streams, which are not files of the host.
const FIRST_FD: u32 = 3;

/// Bytes of the path that an open descriptor is known by. Protects the host's memory: each descriptor keeps its path.
const NAMED_BYTES: usize = 2 * 4096;

/// What all listings that are kept may take, in bytes. Protects the host's memory: a folder is read as a whole and kept until it is closed.
const LISTINGS_BYTES: usize = 64 << 20;

/// The host's files of one session.
#[derive(Debug, Default)]
pub(crate) struct Files {
    folders: Vec<Folder>,
    table: Vec<Option<Open>>,
    /// Descriptors in use besides those of the mounts.
    opened: usize,
    /// Numbers that the guest takes for open and that are not.
    retired: BTreeSet<usize>,
    /// How many of them there may be.
    most_open: usize,
    /// Bytes that listings take.
    listings_bytes: usize,
    rules: PathRules,
    /// What is shown in the place of the host's numbers, if they are not.
    shown: Option<Box<shown::Shown>>,
}

/// What was open at some time: places in the table, and whose they were.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Known(Vec<(usize, u64)>);

/// The serial of the next descriptor.
static SERIALS: AtomicU64 = AtomicU64::new(1);

impl Known {
    /// The same places, as a process knows them that has opened none of these files.
    pub(crate) fn elsewhere(mut self) -> Self {
        for (_, serial) in self.0.iter_mut().filter(|(_, serial)| *serial > 0) {
            *serial = u64::MAX;
        }
        self
    }
}

/// An open descriptor.
#[derive(Debug)]
struct Open {
    what: What,
    /// The mount that it lies in.
    folder: usize,
    /// Its path as the guest named it, absolute.
    named: Vec<u8>,
    /// Whether it is a mount's own descriptor, which does not count as opened.
    granted: bool,
    /// No two descriptors of this process have the same; those of mounts have 0.
    serial: u64,
}

#[derive(Debug)]
enum What {
    Folder {
        fd: Arc<OwnedFd>,
        /// Its real path in the mount, where links are resolved here and not by the kernel.
        real: Option<PathBuf>,
        listing: Option<list::Listing>,
    },
    File(io::OpenFile),
    /// A file of the policy's.
    Content {
        bytes: Arc<[u8]>,
        offset: u64,
    },
}

/// On whose behalf an operation on a path is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) call: HostCall,
    /// What to refuse it with if no rule on paths decides.
    pub(crate) denied: Option<Errno>,
}

/// The place that a path leads to: a name in an open folder, which is never followed from here on.
#[derive(Debug)]
struct Spot {
    folder: usize,
    parent: Arc<OwnedFd>,
    name: Vec<u8>,
    /// What is there, if that was looked at.
    stat: Option<Stat>,
    /// The real path in the mount, if it was walked name by name.
    real: Option<PathBuf>,
    /// Whether the path ended in a slash.
    slash: bool,
}

impl Files {
    /// The files of a session that was granted `folders`, the n-th of them as descriptor 3 + n.
    pub(crate) fn new(folders: Vec<Folder>, most_open: usize, rules: PathRules) -> Self {
        let table = folders.iter().enumerate().map(|(index, folder)| {
            Some(Open {
                what: What::Folder {
                    fd: folder.root.clone(),
                    real: Some(PathBuf::new()),
                    listing: None,
                },
                folder: index,
                named: folder.guest.clone().into_bytes(),
                granted: true,
                serial: 0,
            })
        });
        Self {
            table: table.collect(),
            folders,
            opened: 0,
            retired: BTreeSet::new(),
            most_open,
            listings_bytes: 0,
            rules,
            shown: None,
        }
    }

    /// The path by which the guest opened a descriptor.
    pub(crate) fn named(&self, fd: u32) -> Option<&[u8]> {
        self.get(fd).ok().map(|open| open.named.as_slice())
    }

    /// Closes a descriptor.
    pub(crate) fn close(&mut self, fd: u32) -> Done<()> {
        let index = slot(fd);
        if index.is_some_and(|index| self.retired.remove(&index)) {
            return Ok(());
        }
        let slot = index.and_then(|index| self.table.get_mut(index));
        let open = slot.and_then(Option::take).ok_or(Errno::Badf)?;
        if !open.granted {
            self.opened -= 1;
        }
        match open.what {
            What::Folder { listing, .. } => self.forget_listing(listing.as_ref()),
            What::File(file) => self.give_back(open.folder, &file),
            What::Content { .. } => {}
        }
        Ok(())
    }

    /// What is open now, to go back to.
    pub(crate) fn known(&self) -> Known {
        let open = self.table.iter().enumerate();
        Known(
            open.filter_map(|(index, open)| Some((index, open.as_ref()?.serial)))
                .collect(),
        )
    }

    /// What is used of each mount's quota.
    pub(crate) fn used(&self) -> Vec<Used> {
        self.folders
            .iter()
            .map(|folder| folder.account.used)
            .collect()
    }

    /// Counts what was used of the quotas before.
    pub(crate) fn use_up(&mut self, used: &[Used]) {
        for (folder, used) in self.folders.iter_mut().zip(used) {
            folder.account.used = *used;
        }
    }

    /// Closes what was opened since; what was closed since stays closed. Its number is kept from other files until the guest, which
    /// takes it for open, closes it.
    pub(crate) fn go_back(&mut self, known: &Known) {
        for index in 0..self.table.len() {
            let before = known.0.iter().find(|(at, _)| *at == index);
            let now = self.table[index].as_ref().map(|open| open.serial);
            if now == before.map(|(_, serial)| *serial) {
                continue;
            }
            if now.is_some()
                && let Ok(index) = u32::try_from(index)
            {
                // It is open.
                let _ = self.close(FIRST_FD + index);
            }
            if before.is_some() {
                self.retired.insert(index);
            }
        }
    }

    fn get(&self, fd: u32) -> Done<&Open> {
        let open = slot(fd).and_then(|index| self.table.get(index)?.as_ref());
        Ok(open.ok_or(Errno::Badf)?)
    }

    fn get_mut(&mut self, fd: u32) -> Done<&mut Open> {
        let open = slot(fd).and_then(|index| self.table.get_mut(index)?.as_mut());
        Ok(open.ok_or(Errno::Badf)?)
    }

    /// Whether one more may be open.
    fn room(&self) -> Done<()> {
        if self.opened < self.most_open {
            Ok(())
        } else {
            Err(Refusal::new(Errno::Mfile, Reason::OpenFiles, None))
        }
    }

    /// Puts `open` under the lowest free number.
    fn add(&mut self, mut open: Open) -> Done<u32> {
        let mut table = self.table.iter().enumerate();
        let free = table.find(|(index, open)| open.is_none() && !self.retired.contains(index));
        let index = match free.map(|(index, _)| index) {
            Some(index) => index,
            None => {
                self.table.push(None);
                self.table.len() - 1
            }
        };
        let fd = u32::try_from(index).map_err(|_| Errno::Mfile)? + FIRST_FD;
        open.serial = SERIALS.fetch_add(1, Ordering::Relaxed);
        self.table[index] = Some(open);
        self.opened += 1;
        Ok(fd)
    }

    /// Refuses what the policy refuses for this place.
    fn rule(&self, ask: Ask, path: &[u8], folder: usize) -> Done<Option<&[u8]>> {
        use crate::calls::PathAction;
        let denied = |errno| Err(Refusal::new(errno, Reason::Rule, folder));
        match self.rules.action(ask.call, path) {
            Some(PathAction::Allow) => Ok(None),
            Some(PathAction::Deny(errno)) => denied(*errno),
            Some(PathAction::Content(bytes)) => Ok(Some(bytes)),
            None => ask.denied.map_or(Ok(None), denied),
        }
    }
}

fn slot(fd: u32) -> Option<usize> {
    usize::try_from(fd.checked_sub(FIRST_FD)?).ok()
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

#[cfg(test)]
mod tests;
