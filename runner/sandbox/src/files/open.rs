//! Opening.

use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno as HostErrno;

use super::io::OpenFile;
use super::walk::Intent;
use super::{Ask, Files, NAMED_BYTES, Open, Spot, What, kind, stat};
use crate::errno::Errno;
use crate::trace::{Done, Reason, Refusal};

/// What a guest may read of a file that others than its owner may not: what it makes has the permissions that the host's `umask` leaves.
const NEW_FILE: Mode = Mode::from_raw_mode(0o666);

/// How to open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct How {
    /// Whether a link as the last name is followed.
    pub(crate) follow: bool,
    pub(crate) create: bool,
    pub(crate) folder: bool,
    pub(crate) exclusive: bool,
    pub(crate) truncate: bool,
    pub(crate) read: bool,
    pub(crate) write: bool,
    /// The descriptor's flags, as WASI has them.
    pub(crate) flags: u16,
}

/// Each write goes to the end.
pub(super) const APPEND: u16 = 1;
/// Each write waits until the content is on the disk.
const DSYNC: u16 = 2;
/// As `DSYNC`, for what is known of the file, too.
const SYNC: u16 = 16;

impl How {
    fn changes(self) -> bool {
        self.write || self.truncate
    }

    fn intent(self) -> Intent {
        let follow = self.follow && !(self.create && self.exclusive);
        if self.create {
            Intent::Make { follow }
        } else {
            Intent::Look { follow }
        }
    }

    /// The flags of the host's `open`. Never blocks, never follows, never makes a terminal one's own.
    fn host_flags(self) -> OFlags {
        let mut flags = OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        flags |= match (self.read, self.write) {
            (true, true) => OFlags::RDWR,
            (false, true) => OFlags::WRONLY,
            (_, false) => OFlags::RDONLY,
        };
        for (bit, flag) in [
            (APPEND, OFlags::APPEND),
            (DSYNC, OFlags::DSYNC),
            (SYNC, OFlags::SYNC),
        ] {
            if self.flags & bit != 0 {
                flags |= flag;
            }
        }
        flags
    }
}

impl Files {
    /// Opens `path`, which starts at the open folder `fd`.
    pub(crate) fn open(&mut self, ask: Ask, fd: u32, path: &[u8], how: How) -> Done<u32> {
        self.get(fd)?;
        self.room()?;
        if let Some(content) = self.content(ask, fd, path)? {
            let content = Arc::from(content);
            return self.open_content(fd, path, how, content);
        }
        let named = self.name_below(fd, path)?;
        if how.create && path.ends_with(b"/") {
            // No file's name ends so, whatever is there; the folders on the way are looked at all the same.
            let end = path.iter().rposition(|&c| c != b'/').map_or(1, |at| at + 1);
            self.find(ask, fd, &path[..end], Intent::Look { follow: false })?;
            return Err(Errno::IsDir.into());
        }
        let spot = self.find(ask, fd, path, how.intent())?;
        let found = match spot.stat {
            Some(stat) => Some(stat),
            None => look(&spot)?,
        };
        let what = match found {
            None => self.make_or_open(&spot, how)?,
            Some(found) => self.open_existing(&spot, &found, how)?,
        };
        self.add(Open {
            what,
            folder: spot.folder,
            named,
            granted: false,
            serial: 0,
        })
    }

    /// Opens a file that is not there, with this content.
    pub(crate) fn open_content(
        &mut self,
        fd: u32,
        path: &[u8],
        how: How,
        bytes: Arc<[u8]>,
    ) -> Done<u32> {
        let folder = self.get(fd)?.folder;
        self.room()?;
        if how.create && how.exclusive {
            return Err(Errno::Exist.into());
        }
        if how.folder {
            return Err(Errno::NotDir.into());
        }
        if how.changes() {
            return Err(self.virtual_refused(folder));
        }
        let named = self.name_below(fd, path)?;
        self.add(Open {
            what: What::Content { bytes, offset: 0 },
            folder,
            named,
            granted: false,
            serial: 0,
        })
    }

    /// Makes a file; if somebody else has made it meanwhile, opens that.
    fn make_or_open(&mut self, spot: &Spot, how: How) -> Done<What> {
        match self.make(spot, how) {
            Err(refusal) if refusal.errno == Errno::Exist && !how.exclusive => {
                let found = look(spot)?.ok_or(Errno::NoEnt)?;
                self.open_existing(spot, &found, how)
            }
            made => made.map(What::File),
        }
    }

    fn make(&mut self, spot: &Spot, how: How) -> Done<OpenFile> {
        if !how.create {
            return Err(Errno::NoEnt.into());
        }
        if how.folder {
            return Err(Errno::Inval.into());
        }
        if spot.slash {
            return Err(Errno::IsDir.into());
        }
        let folder = &mut self.folders[spot.folder];
        folder.writable()?;
        folder.afford_file()?;
        // Exclusively, so that what somebody else puts there meanwhile is not mistaken for ours.
        let flags = how.host_flags() | OFlags::CREATE | OFlags::EXCL;
        let fd = rustix::fs::openat(&spot.parent, spot.name.as_slice(), flags, NEW_FILE)?;
        folder.account.made_file();
        let stat = rustix::fs::fstat(&fd)?;
        self.note_made(spot);
        Ok(OpenFile::new(fd, &stat, how))
    }

    fn open_existing(&mut self, spot: &Spot, found: &Stat, how: How) -> Done<What> {
        if how.create && how.exclusive {
            return Err(Errno::Exist.into());
        }
        if how.create && spot.slash {
            return Err(Errno::IsDir.into());
        }
        let folder = &mut self.folders[spot.folder];
        match kind(found) {
            FileType::Directory if how.changes() || how.create => Err(Errno::IsDir.into()),
            FileType::Directory => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let fd =
                    rustix::fs::openat(&spot.parent, spot.name.as_slice(), flags, Mode::empty())?;
                Ok(What::Folder {
                    fd: Arc::new(fd),
                    real: spot.real.clone(),
                    listing: None,
                })
            }
            FileType::Symlink if how.folder => Err(Errno::NotDir.into()),
            FileType::Symlink => Err(Errno::Loop.into()),
            FileType::RegularFile if how.folder => Err(Errno::NotDir.into()),
            FileType::RegularFile => {
                if how.changes() {
                    folder.writable()?;
                }
                let flags = how.host_flags();
                let fd =
                    rustix::fs::openat(&spot.parent, spot.name.as_slice(), flags, Mode::empty())
                        .map_err(|error| match error {
                            // It was put in the file's place a moment ago.
                            HostErrno::LOOP => Errno::Loop.into(),
                            other => Refusal::from(other),
                        })?;
                let stat = rustix::fs::fstat(&fd)?;
                if kind(&stat) != FileType::RegularFile {
                    return Err(special(kind(&stat), spot.folder));
                }
                if how.truncate {
                    rustix::fs::ftruncate(&fd, 0)?;
                    folder.account.resized(stat::size(&stat), 0);
                    self.note_written((stat.st_dev, stat.st_ino));
                }
                Ok(What::File(OpenFile::new(fd, &stat, how)))
            }
            other => Err(special(other, spot.folder)),
        }
    }

    /// The guest's name for what it opens.
    fn name_below(&self, fd: u32, path: &[u8]) -> Done<Vec<u8>> {
        let from = &self.get(fd)?.named;
        let path = path.strip_prefix(b"./").unwrap_or(path);
        if path == b"." {
            return Ok(from.clone());
        }
        // Folders opened from folders would add up without an end.
        if from.len() + path.len() >= NAMED_BYTES {
            return Err(Errno::NameTooLong.into());
        }
        let mut named = Vec::with_capacity(from.len() + 1 + path.len());
        named.extend_from_slice(from);
        named.push(b'/');
        named.extend_from_slice(path);
        Ok(named)
    }
}

/// What is at a place, if anything.
pub(super) fn look(spot: &Spot) -> Done<Option<Stat>> {
    match rustix::fs::statat(
        &spot.parent,
        spot.name.as_slice(),
        AtFlags::SYMLINK_NOFOLLOW,
    ) {
        Ok(stat) => Ok(Some(stat)),
        Err(HostErrno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The refusal of what is neither file nor folder. A pipe would hold the thread until somebody opens its other end, and opening a device
/// may do something already.
fn special(kind: FileType, folder: usize) -> Refusal {
    let errno = match kind {
        FileType::Fifo | FileType::Socket => Errno::Nxio,
        _ => Errno::Acces,
    };
    Refusal::new(errno, Reason::Special, folder)
}
