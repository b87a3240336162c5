//! Listing folders. A folder is read as a whole when its listing begins, sorted by name so that it is the same on every machine.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{AtFlags, Dir, FileType, Stat};

use super::stat::kind_number;
use super::{Files, LISTINGS_BYTES, What, kind};
use crate::errno::Errno;
use crate::trace::{Done, HostCall};

/// A folder's content as it was when its listing began.
#[derive(Debug)]
pub(super) struct Listing {
    entries: Vec<Entry>,
    /// What it takes of the host's memory.
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    inode: u64,
    kind: u8,
    name: Box<[u8]>,
}

/// What of WASI's `dirent` comes before the name.
const HEAD_BYTES: usize = 24;

impl Files {
    /// Fills `buffer` with entries from the one numbered `cookie` on; 0 begins anew. The bytes used: all of them if there is more.
    pub(crate) fn list(&mut self, fd: u32, buffer: &mut [u8], cookie: u64) -> Done<usize> {
        let What::Folder { listing, .. } = &self.get(fd)?.what else {
            return Err(Errno::NotDir.into());
        };
        if cookie == 0 || listing.is_none() {
            self.begin_listing(fd)?;
        }
        let What::Folder {
            listing: Some(listing),
            ..
        } = &self.get(fd)?.what
        else {
            return Err(Errno::NotDir.into());
        };
        let from = usize::try_from(cookie).unwrap_or(usize::MAX);
        let mut used = 0;
        for (index, entry) in listing.entries.iter().enumerate().skip(from) {
            let mut head = [0; HEAD_BYTES];
            head[0..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
            head[8..16].copy_from_slice(&entry.inode.to_le_bytes());
            let len = u32::try_from(entry.name.len()).map_err(|_| Errno::Overflow)?;
            head[16..20].copy_from_slice(&len.to_le_bytes());
            head[20] = entry.kind;
            for part in [&head[..], &entry.name] {
                let count = part.len().min(buffer.len() - used);
                buffer[used..used + count].copy_from_slice(&part[..count]);
                used += count;
            }
            if used == buffer.len() {
                break;
            }
        }
        Ok(used)
    }

    /// How many entries the listing of `fd` has.
    pub(crate) fn listed(&self, fd: u32) -> usize {
        match self.get(fd).map(|open| &open.what) {
            Ok(What::Folder {
                listing: Some(listing),
                ..
            }) => listing.entries.len(),
            Ok(What::Folder { .. } | What::File(_) | What::Content { .. }) | Err(_) => 0,
        }
    }

    fn begin_listing(&mut self, fd: u32) -> Done<()> {
        let room = {
            let open = self.get_mut(fd)?;
            let What::Folder { listing, .. } = &mut open.what else {
                return Err(Errno::NotDir.into());
            };
            let old = listing.take();
            self.forget_listing(old.as_ref());
            LISTINGS_BYTES - self.listings_bytes
        };
        let mut new = self.read_folder(fd, room)?;
        self.show_inodes(fd, &mut new)?;
        self.listings_bytes += new.bytes;
        if let What::Folder { listing, .. } = &mut self.get_mut(fd)?.what {
            *listing = Some(new);
        }
        Ok(())
    }

    fn read_folder(&self, fd: u32, room: usize) -> Done<Listing> {
        let open = self.get(fd)?;
        let What::Folder { fd, real, .. } = &open.what else {
            return Err(Errno::NotDir.into());
        };
        let names = &self.folders[open.folder].names;
        let mut entries = Vec::new();
        let mut bytes = 0;
        for entry in Dir::read_from(fd)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            let kind = match entry.file_type() {
                // Some filesystems do not tell.
                FileType::Unknown => look(fd, name).map_or(FileType::Unknown, |stat| kind(&stat)),
                known => known,
            };
            if !names.is_empty() && name != b"." && name != b".." {
                let path = below(real.as_ref(), name);
                if names.hides(&path, kind == FileType::Directory).is_some() {
                    continue;
                }
            }
            bytes += size_of::<Entry>() + name.len();
            if bytes > room {
                return Err(Errno::NoMem.into());
            }
            entries.push(Entry {
                inode: entry.ino(),
                kind: kind_number(kind),
                name: name.into(),
            });
        }
        self.add_content(&open.named, &mut entries);
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(Listing { entries, bytes })
    }

    /// Puts the numbers that the session is shown in the place of the host's.
    fn show_inodes(&mut self, fd: u32, listing: &mut Listing) -> Done<()> {
        let open = self.get(fd)?;
        let What::Folder { fd, .. } = &open.what else {
            return Err(Errno::NotDir.into());
        };
        let (fd, root) = (fd.clone(), self.folders[open.folder].root.clone());
        for entry in listing.entries.iter_mut().filter(|entry| entry.inode != 0) {
            entry.inode = self.show_inode(entry.inode, || {
                // A mount has nothing above it.
                let is_above = &*entry.name == b".." && is_same(&fd, &root)?;
                look(&fd, if is_above { b"." } else { &entry.name })
            })?;
        }
        Ok(())
    }

    /// Adds the files that the policy puts into the folder.
    fn add_content(&self, folder: &[u8], entries: &mut Vec<Entry>) {
        if self.rules.is_empty() {
            return;
        }
        for name in self.rules.names_in(folder) {
            let path = [folder, b"/", name].concat();
            let shown = matches!(
                self.rules.action(HostCall::PathOpen, &path),
                Some(crate::calls::PathAction::Content(_))
            );
            if shown && entries.iter().all(|entry| &*entry.name != name) {
                entries.push(Entry {
                    inode: 0,
                    kind: kind_number(FileType::RegularFile),
                    name: name.into(),
                });
            }
        }
    }

    pub(super) fn forget_listing(&mut self, listing: Option<&Listing>) {
        self.listings_bytes -= listing.map_or(0, |listing| listing.bytes);
    }
}

fn look(folder: &OwnedFd, name: &[u8]) -> rustix::io::Result<Stat> {
    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn is_same(one: &OwnedFd, other: &OwnedFd) -> rustix::io::Result<bool> {
    let (one, other) = (rustix::fs::fstat(one)?, rustix::fs::fstat(other)?);
    Ok((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
}

fn below(folder: Option<&PathBuf>, name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    let name = std::ffi::OsStr::from_bytes(name);
    folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}
