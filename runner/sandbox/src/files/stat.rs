//! What is known of a file, as WASI has it.

use std::os::fd::AsFd as _;

use rustix::fs::{AtFlags, FileType, Stat, Timespec, Timestamps};

use super::open::look;
use super::walk::Intent;
use super::{Ask, Files, What, kind};
use crate::errno::Errno;
use crate::trace::Done;

/// WASI's `filestat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Filestat {
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(crate) kind: u8,
    pub(super) links: u64,
    pub(crate) size: u64,
    pub(super) accessed_ns: u64,
    pub(super) modified_ns: u64,
    pub(super) changed_ns: u64,
}

/// WASI's numbers for what a file can be.
pub(crate) const FOLDER: u8 = 3;
const FILE: u8 = 4;

/// New times; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) accessed: Option<Time>,
    pub(crate) modified: Option<Time>,
}

/// A time to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Time {
    Now,
    /// Nanoseconds since 1970.
    At(u64),
}

impl Filestat {
    pub(super) fn new(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            kind: kind_number(kind(stat)),
            links: stat.st_nlink,
            size: size(stat),
            accessed_ns: nanoseconds(stat.st_atime, stat.st_atime_nsec),
            modified_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
            changed_ns: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
        }
    }

    /// A file of the policy's: of no device and no time.
    fn content(len: usize) -> Self {
        Self {
            device: 0,
            inode: 0,
            kind: FILE,
            links: 1,
            size: len as u64,
            accessed_ns: 0,
            modified_ns: 0,
            changed_ns: 0,
        }
    }

    /// As it lies in the guest's memory.
    pub(crate) fn encode(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[0..8].copy_from_slice(&self.device.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.inode.to_le_bytes());
        bytes[16] = self.kind;
        let rest = [
            self.links,
            self.size,
            self.accessed_ns,
            self.modified_ns,
            self.changed_ns,
        ];
        for (to, value) in bytes[24..].chunks_exact_mut(8).zip(rest) {
            to.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }
}

impl Times {
    fn host(self) -> Timestamps {
        let one = |time| match time {
            None => Timespec {
                tv_sec: 0,
                tv_nsec: rustix::fs::UTIME_OMIT,
            },
            Some(Time::Now) => Timespec {
                tv_sec: 0,
                tv_nsec: rustix::fs::UTIME_NOW,
            },
            Some(Time::At(ns)) => Timespec {
                tv_sec: (ns / 1_000_000_000).cast_signed(),
                tv_nsec: (ns % 1_000_000_000).cast_signed(),
            },
        };
        Timestamps {
            last_access: one(self.accessed),
            last_modification: one(self.modified),
        }
    }
}

impl Files {
    /// What is known of an open file.
    pub(crate) fn filestat(&mut self, fd: u32) -> Done<Filestat> {
        let stat = match &self.get(fd)?.what {
            What::Folder { fd, .. } => rustix::fs::fstat(fd)?,
            What::File(file) => rustix::fs::fstat(&file.fd)?,
            What::Content { bytes, .. } => return Ok(Filestat::content(bytes.len())),
        };
        self.show(&stat)
    }

    /// What is known of the file at `path`.
    pub(crate) fn path_filestat(
        &mut self,
        ask: Ask,
        fd: u32,
        path: &[u8],
        follow: bool,
    ) -> Done<Filestat> {
        if let Some(content) = self.content(ask, fd, path)? {
            return Ok(Filestat::content(content.len()));
        }
        let spot = self.find(ask, fd, path, Intent::Look { follow })?;
        let stat = match spot.stat {
            Some(stat) => Some(stat),
            None => look(&spot)?,
        };
        self.show(&stat.ok_or(Errno::NoEnt)?)
    }

    /// What a descriptor is, and how it was opened: its kind, its flags, whether it can be read and written.
    pub(crate) fn fdstat(&self, fd: u32) -> Done<(u8, u16, bool, bool)> {
        let open = self.get(fd)?;
        Ok(match &open.what {
            What::Folder { .. } => {
                let writable = self.folders[open.folder].writable().is_ok();
                (FOLDER, 0, true, writable)
            }
            What::File(file) => (FILE, file.flags, file.readable, file.writable),
            What::Content { .. } => (FILE, 0, true, false),
        })
    }

    /// Sets the times of an open file.
    pub(crate) fn set_times(&mut self, fd: u32, times: Times) -> Done<()> {
        let open = self.get(fd)?;
        self.folders[open.folder].writable()?;
        let fd = match &open.what {
            What::Folder { fd, .. } => fd.as_fd(),
            What::File(file) => file.fd.as_fd(),
            What::Content { .. } => return Err(self.virtual_refused(open.folder)),
        };
        rustix::fs::futimens(fd, &times.host())?;
        let stat = self.repeats().then(|| rustix::fs::fstat(fd).ok());
        self.note_times(stat.flatten(), times);
        Ok(())
    }

    /// Sets the times of the file at `path`.
    pub(crate) fn path_set_times(
        &mut self,
        ask: Ask,
        fd: u32,
        path: &[u8],
        follow: bool,
        times: Times,
    ) -> Done<()> {
        let spot = self.find(ask, fd, path, Intent::Look { follow })?;
        self.folders[spot.folder].writable()?;
        let (parent, name, flags) = (&spot.parent, &*spot.name, AtFlags::SYMLINK_NOFOLLOW);
        rustix::fs::utimensat(parent, name, &times.host(), flags)?;
        let stat = self
            .repeats()
            .then(|| rustix::fs::statat(parent, name, flags).ok());
        self.note_times(stat.flatten(), times);
        Ok(())
    }
}

pub(super) fn kind_number(kind: FileType) -> u8 {
    match kind {
        FileType::BlockDevice => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => FOLDER,
        FileType::RegularFile => FILE,
        FileType::Socket => 6,
        FileType::Symlink => 7,
        FileType::Fifo | FileType::Unknown => 0,
    }
}

pub(super) fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// Nanoseconds since 1970; what came before is 1970.
fn nanoseconds(seconds: i64, nanoseconds: u64) -> u64 {
    u64::try_from(seconds)
        .unwrap_or(0)
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds)
}
