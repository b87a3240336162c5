//! Making, moving and removing names.

use rustix::fs::{AtFlags, FileType, Mode};

use super::open::look;
use super::walk::Intent;
use super::{Ask, Files, Spot, kind};
use crate::errno::Errno;
use crate::trace::{Done, Reason, Refusal};

impl Files {
    /// Makes a folder.
    pub(crate) fn make_folder(&mut self, ask: Ask, fd: u32, path: &[u8]) -> Done<()> {
        let spot = self.find(ask, fd, path, Intent::Make { follow: false })?;
        self.may_add(&spot)?;
        rustix::fs::mkdirat(
            &spot.parent,
            spot.name.as_slice(),
            Mode::from_raw_mode(0o777),
        )?;
        self.folders[spot.folder].account.made_file();
        self.note_made(&spot);
        Ok(())
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&mut self, ask: Ask, fd: u32, path: &[u8]) -> Done<()> {
        let spot = self.find(ask, fd, path, Intent::Take)?;
        self.folders[spot.folder].writable()?;
        let stat = self.repeats().then(|| look(&spot));
        rustix::fs::unlinkat(&spot.parent, spot.name.as_slice(), AtFlags::REMOVEDIR)?;
        self.folders[spot.folder].account.removed_file();
        if let Some(Ok(Some(stat))) = stat {
            self.note_removed(&stat, true);
        }
        self.note_names(&spot);
        Ok(())
    }

    /// Removes a name of a file.
    pub(crate) fn remove_file(&mut self, ask: Ask, fd: u32, path: &[u8]) -> Done<()> {
        let spot = self.find(ask, fd, path, Intent::Take)?;
        self.folders[spot.folder].writable()?;
        let stat = look(&spot)?.ok_or(Errno::NoEnt)?;
        rustix::fs::unlinkat(&spot.parent, spot.name.as_slice(), AtFlags::empty())?;
        self.removed(spot.folder, &stat);
        self.note_names(&spot);
        Ok(())
    }

    /// Moves a name to another, which is replaced.
    pub(crate) fn rename(
        &mut self,
        ask: Ask,
        (from_fd, from): (u32, &[u8]),
        (to_fd, to_path): (u32, &[u8]),
    ) -> Done<()> {
        let from = self.find(ask, from_fd, from, Intent::Take)?;
        let to = self.find(ask, to_fd, to_path, Intent::Make { follow: false })?;
        if from.folder != to.folder {
            return Err(Errno::Xdev.into());
        }
        let folder = &self.folders[from.folder];
        folder.writable()?;
        let moved = look(&from)?.ok_or(Errno::NoEnt)?;
        match kind(&moved) {
            // What lies in it would no longer be where the patterns look for it.
            FileType::Directory if folder.names.by_path() || !self.rules.is_empty() => {
                return Err(Refusal::new(Errno::Xdev, Reason::FolderMove, from.folder));
            }
            FileType::Directory => {}
            _ if to.slash => return Err(Errno::NotDir.into()),
            FileType::Symlink => {
                let target =
                    rustix::fs::readlinkat(&from.parent, from.name.as_slice(), Vec::new())?;
                let there = self.find(ask, to_fd, to_path, Intent::Link)?;
                self.stays_inside(&there, target.as_bytes())?;
            }
            _ => {}
        }
        let replaced = look(&to)?;
        rustix::fs::renameat(
            &from.parent,
            from.name.as_slice(),
            &to.parent,
            to.name.as_slice(),
        )?;
        // Two names of one file are left as they are.
        if let Some(replaced) = replaced
            && (replaced.st_dev, replaced.st_ino) != (moved.st_dev, moved.st_ino)
        {
            self.removed(to.folder, &replaced);
        }
        self.note_names(&from);
        self.note_named(&to, false);
        Ok(())
    }

    /// Gives a file a second name.
    pub(crate) fn link(
        &mut self,
        ask: Ask,
        (from_fd, from): (u32, &[u8]),
        follow: bool,
        (to_fd, to): (u32, &[u8]),
    ) -> Done<()> {
        let from = self.find(ask, from_fd, from, Intent::Look { follow })?;
        look(&from)?.ok_or(Errno::NoEnt)?;
        let to = self.find(ask, to_fd, to, Intent::Make { follow: false })?;
        if from.folder != to.folder {
            return Err(Errno::Xdev.into());
        }
        to.is_for_a_file()?;
        self.may_add(&to)?;
        rustix::fs::linkat(
            &from.parent,
            from.name.as_slice(),
            &to.parent,
            to.name.as_slice(),
            AtFlags::empty(),
        )?;
        self.folders[to.folder].account.made_file();
        self.note_named(&to, true);
        Ok(())
    }

    /// Makes a symbolic link. One that leads out of the mount is refused: the guest could not follow it, but the folder's owner might.
    pub(crate) fn symlink(&mut self, ask: Ask, target: &[u8], fd: u32, path: &[u8]) -> Done<()> {
        let spot = self.find(ask, fd, path, Intent::Link)?;
        if target.is_empty() {
            return Err(Errno::NoEnt.into());
        }
        if target.contains(&0) {
            return Err(Errno::Inval.into());
        }
        spot.is_for_a_file()?;
        self.may_add(&spot)?;
        self.stays_inside(&spot, target)?;
        rustix::fs::symlinkat(target, &spot.parent, spot.name.as_slice())?;
        self.folders[spot.folder].account.made_file();
        self.note_made(&spot);
        Ok(())
    }

    /// Where a symbolic link leads.
    pub(crate) fn read_link(&self, ask: Ask, fd: u32, path: &[u8]) -> Done<Vec<u8>> {
        let spot = self.find(ask, fd, path, Intent::Look { follow: false })?;
        let target = rustix::fs::readlinkat(&spot.parent, spot.name.as_slice(), Vec::new())?;
        Ok(target.into_bytes())
    }

    /// Whether one more name may be made at `spot`. One that is there is answered as such even where nothing may be made.
    fn may_add(&self, spot: &Spot) -> Done<()> {
        let folder = &self.folders[spot.folder];
        let affordable = folder.writable().and_then(|()| folder.afford_file());
        if affordable.is_err() && look(spot)?.is_some() {
            return Err(Errno::Exist.into());
        }
        affordable
    }

    /// Whether a link to `target` at `spot` leads to a place in the mount, links on the way left aside.
    fn stays_inside(&self, spot: &Spot, target: &[u8]) -> Done<()> {
        let outside = self.folders[spot.folder].outside();
        if target.starts_with(b"/") {
            return Err(outside);
        }
        let mut depth = spot.depth();
        for part in target.split(|&c| c == b'/') {
            match part {
                b"" | b"." => {}
                b".." => depth = depth.checked_sub(1).ok_or(outside)?,
                _ => depth += 1,
            }
        }
        Ok(())
    }
}

impl Spot {
    /// A path that ends in a slash is no place for anything but a folder.
    fn is_for_a_file(&self) -> Done<()> {
        if !self.slash {
            return Ok(());
        }
        let taken = look(self)?.is_some();
        Err(if taken { Errno::Exist } else { Errno::NoEnt }.into())
    }

    /// How many folders down in the mount the name lies.
    fn depth(&self) -> usize {
        self.real
            .as_ref()
            .map_or(0, |real| real.components().count().saturating_sub(1))
    }
}
