//! Reading and writing open files.

use std::os::fd::OwnedFd;

use rustix::fs::{Advice, OFlags, Stat};
use rustix::io::Errno as HostErrno;

use super::open::{APPEND, How};
use super::{Files, What, stat};
use crate::errno::Errno;
use crate::trace::Done;

/// An open regular file.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(super) fd: OwnedFd,
    pub(super) device: u64,
    pub(super) inode: u64,
    /// Where reading and writing go on.
    offset: u64,
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// As WASI has them.
    pub(super) flags: u16,
}

/// From where an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    Start,
    Current,
    End,
}

impl OpenFile {
    pub(super) fn new(fd: OwnedFd, stat: &Stat, how: How) -> Self {
        Self {
            fd,
            device: stat.st_dev,
            inode: stat.st_ino,
            offset: 0,
            readable: how.read,
            writable: how.write,
            flags: how.flags,
        }
    }
}

impl Files {
    /// Reads into `target` from `at`, or on from where the last one ended. The number of bytes; 0 at the end.
    pub(crate) fn read(&mut self, fd: u32, target: &mut [u8], at: Option<u64>) -> Done<usize> {
        match &mut self.get_mut(fd)?.what {
            What::Folder { .. } => Err(Errno::IsDir.into()),
            What::File(file) => {
                if !file.readable {
                    return Err(Errno::Badf.into());
                }
                let count =
                    retry(|| rustix::io::pread(&file.fd, &mut *target, at.unwrap_or(file.offset)))?;
                if at.is_none() {
                    file.offset += count as u64;
                }
                Ok(count)
            }
            What::Content { bytes, offset } => {
                let from = usize::try_from(at.unwrap_or(*offset)).unwrap_or(usize::MAX);
                let rest = bytes.get(from..).unwrap_or_default();
                let count = rest.len().min(target.len());
                target[..count].copy_from_slice(&rest[..count]);
                if at.is_none() {
                    *offset += count as u64;
                }
                Ok(count)
            }
        }
    }

    /// Writes `bytes` at `at`, or on from where the last one ended. The number taken: fewer where the quota ends.
    pub(crate) fn write(&mut self, fd: u32, bytes: &[u8], at: Option<u64>) -> Done<usize> {
        let (folder, file) = self.writable_file(fd, Errno::Badf)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        let before = stat::size(&rustix::fs::fstat(&file.fd)?);
        let appends = file.flags & APPEND != 0;
        let start = if appends {
            before
        } else {
            at.unwrap_or(file.offset)
        };
        let end = start.checked_add(bytes.len() as u64).ok_or(Errno::Fbig)?;
        let grows = end.saturating_sub(before);
        let account = &folder.account;
        // What still fits is written, as a full disk does it.
        let mut len = bytes.len();
        if !account.has_bytes(grows) {
            let fits = before
                .saturating_add(account.bytes_left())
                .saturating_sub(start);
            len = usize::try_from(fits).unwrap_or(len).min(len);
            if len == 0 {
                folder.afford_bytes(grows)?;
            }
        }
        let count = retry(|| rustix::io::pwrite(&file.fd, &bytes[..len], start))?;
        let end = start + count as u64;
        if end > before {
            folder.account.resized(before, end);
        }
        if at.is_none() {
            file.offset = end;
        }
        let id = (file.device, file.inode);
        self.note_written(id);
        Ok(count)
    }

    /// Moves the place where reading and writing go on.
    pub(crate) fn seek(&mut self, fd: u32, delta: i64, whence: Whence) -> Done<u64> {
        let open = self.get_mut(fd)?;
        let (offset, size) = match &mut open.what {
            What::Folder { .. } => return Err(Errno::IsDir.into()),
            What::Content { bytes, offset } => (offset, bytes.len() as u64),
            What::File(file) => {
                let size = match whence {
                    Whence::End => stat::size(&rustix::fs::fstat(&file.fd)?),
                    Whence::Start | Whence::Current => 0,
                };
                (&mut file.offset, size)
            }
        };
        let from = match whence {
            Whence::Start => 0,
            Whence::Current => *offset,
            Whence::End => size,
        };
        let to = from.checked_add_signed(delta).ok_or(Errno::Inval)?;
        if i64::try_from(to).is_err() {
            return Err(Errno::Overflow.into());
        }
        *offset = to;
        Ok(to)
    }

    /// Makes a file longer or shorter.
    pub(crate) fn set_size(&mut self, fd: u32, size: u64) -> Done<()> {
        let (folder, file) = self.writable_file(fd, Errno::Inval)?;
        let before = stat::size(&rustix::fs::fstat(&file.fd)?);
        folder.afford_bytes(size.saturating_sub(before))?;
        rustix::fs::ftruncate(&file.fd, size)?;
        folder.account.resized(before, size);
        let id = (file.device, file.inode);
        self.note_written(id);
        Ok(())
    }

    /// Tells the host how a file will be used.
    pub(crate) fn advise(&mut self, fd: u32, offset: u64, len: u64, advice: Advice) -> Done<()> {
        match &self.get(fd)?.what {
            What::File(file) => {
                let len = std::num::NonZeroU64::new(len);
                Ok(rustix::fs::fadvise(&file.fd, offset, len, advice)?)
            }
            What::Content { .. } => Ok(()),
            What::Folder { .. } => Err(Errno::Badf.into()),
        }
    }

    /// Waits until a file is on the disk; without `all`, its content alone.
    pub(crate) fn sync(&mut self, fd: u32, all: bool) -> Done<()> {
        match &self.get(fd)?.what {
            What::File(file) if all => Ok(rustix::fs::fsync(&file.fd)?),
            What::File(file) => Ok(rustix::fs::fdatasync(&file.fd)?),
            What::Folder { .. } | What::Content { .. } => Ok(()),
        }
    }

    /// Changes a descriptor's flags.
    pub(crate) fn set_flags(&mut self, fd: u32, flags: u16) -> Done<()> {
        match &mut self.get_mut(fd)?.what {
            What::File(file) => {
                let append = flags & APPEND != 0;
                rustix::fs::fcntl_setfl(
                    &file.fd,
                    if append {
                        OFlags::APPEND
                    } else {
                        OFlags::empty()
                    },
                )?;
                file.flags = flags;
                Ok(())
            }
            What::Folder { .. } | What::Content { .. } => Ok(()),
        }
    }

    /// A file that was opened to be written, and its folder.
    /// The file `fd`, which is refused with `otherwise` if it is open and not for writing.
    fn writable_file(
        &mut self,
        fd: u32,
        otherwise: Errno,
    ) -> Done<(&mut super::Folder, &mut OpenFile)> {
        let open = super::slot(fd)
            .and_then(|index| self.table.get_mut(index)?.as_mut())
            .ok_or(Errno::Badf)?;
        match &mut open.what {
            What::File(file) if file.writable => Ok((&mut self.folders[open.folder], file)),
            What::File(_) | What::Folder { .. } | What::Content { .. } => Err(otherwise.into()),
        }
    }
}

/// Again when a signal of the host's came between.
fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> Done<T> {
    loop {
        match call() {
            Err(HostErrno::INTR) => {}
            other => return Ok(other?),
        }
    }
}
