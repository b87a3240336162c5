//! What a session that repeats itself is shown of the host's files: nothing in which two copies of a folder differ.
//!
//! Names, content, kinds and sizes are the folder's. Device and inode numbers, times and counts of links are those of a disk and of what
//! happened to it; in their place are numbers in the order in which the session meets the files, the time at which its clock began, and what
//! it has itself done since.

use std::collections::BTreeMap;

use rustix::fs::{FileType, Stat};

use super::stat::{Filestat, Time, Times, size};
use super::{Files, Spot, kind};
use crate::errno::Errno;
use crate::trace::Done;

/// The device of all files of mounts.
const DEVICE: u64 = 1;

/// How many files are known by number at once. Protects the host's memory: each takes about a hundred bytes.
const MOST: usize = 1 << 20;

/// A file's device and inode on the host.
type Id = (u64, u64);

/// What is shown, file by file.
#[derive(Debug)]
pub(super) struct Shown {
    start_ns: u64,
    now_ns: u64,
    files: BTreeMap<Id, Face>,
    /// Numbers given so far; none is given twice.
    numbered: u64,
}

/// What is shown of one file.
#[derive(Debug, Clone, Copy)]
struct Face {
    inode: u64,
    links: u64,
    accessed_ns: u64,
    modified_ns: u64,
    changed_ns: u64,
}

impl Shown {
    fn new(start_ns: u64) -> Self {
        Self {
            start_ns,
            now_ns: start_ns,
            files: BTreeMap::new(),
            numbered: 0,
        }
    }

    /// A file that is met for the first time.
    fn new_face(&mut self, ns: u64) -> Face {
        self.numbered += 1;
        Face {
            inode: self.numbered,
            links: 1,
            accessed_ns: ns,
            modified_ns: ns,
            changed_ns: ns,
        }
    }

    fn face(&mut self, id: Id) -> Done<&mut Face> {
        if !self.files.contains_key(&id) {
            if self.files.len() >= MOST {
                return Err(Errno::NoMem.into());
            }
            let face = self.new_face(self.start_ns);
            self.files.insert(id, face);
        }
        Ok(self.files.get_mut(&id).ok_or(Errno::NoMem)?)
    }

    fn filestat(&mut self, stat: &Stat) -> Done<Filestat> {
        let is_gone = stat.st_nlink == 0;
        let face = match self.files.get(&id(stat)) {
            // Not kept, as the host may give its number to another file.
            None if is_gone => self.new_face(self.start_ns),
            _ => *self.face(id(stat))?,
        };
        Ok(Filestat {
            device: DEVICE,
            inode: face.inode,
            links: if is_gone { 0 } else { face.links },
            size: if kind(stat) == FileType::Directory {
                0
            } else {
                size(stat)
            },
            accessed_ns: face.accessed_ns,
            modified_ns: face.modified_ns,
            changed_ns: face.changed_ns,
            ..Filestat::new(stat)
        })
    }

    fn change(&mut self, id: Id, change: impl FnOnce(&mut Face, u64)) {
        let now = self.now_ns;
        // Where there is no room for it, looking at the file says so.
        if let Ok(face) = self.face(id) {
            face.changed_ns = now;
            change(face, now);
        }
    }
}

impl Files {
    /// Shows nothing of the host's files from now on in which two copies of a folder differ. Times begin at `start_ns`.
    pub(crate) fn repeat(&mut self, start_ns: u64) {
        self.shown = Some(Box::new(Shown::new(start_ns)));
    }

    /// Whether that is so.
    pub(super) fn repeats(&self) -> bool {
        self.shown.is_some()
    }

    /// Learns the time, if that is what files will show.
    pub(crate) fn tell_time(&mut self, now_ns: impl FnOnce() -> u64) {
        if let Some(shown) = &mut self.shown {
            shown.now_ns = now_ns();
        }
    }

    /// What the session is shown of a file.
    pub(super) fn show(&mut self, stat: &Stat) -> Done<Filestat> {
        match &mut self.shown {
            Some(shown) => shown.filestat(stat),
            None => Ok(Filestat::new(stat)),
        }
    }

    /// The number that the session is shown in the place of `inode`, which `stat` looks up where it is needed.
    pub(super) fn show_inode(
        &mut self,
        inode: u64,
        stat: impl FnOnce() -> rustix::io::Result<Stat>,
    ) -> Done<u64> {
        match &mut self.shown {
            None => Ok(inode),
            // What has gone since it was listed has no number.
            Some(shown) => stat().map_or(Ok(0), |stat| Ok(shown.face(id(&stat))?.inode)),
        }
    }

    /// The content of a file has changed.
    pub(super) fn note_written(&mut self, id: Id) {
        if let Some(shown) = &mut self.shown {
            shown.change(id, |face, now| face.modified_ns = now);
        }
    }

    /// Something new is at `spot`.
    pub(super) fn note_made(&mut self, spot: &Spot) {
        if let Some(shown) = &mut self.shown {
            if let Ok(Some(stat)) = super::open::look(spot) {
                let face = shown.new_face(shown.now_ns);
                if shown.files.len() < MOST {
                    shown.files.insert(id(&stat), face);
                }
            }
            self.note_names(spot);
        }
    }

    /// A name came, went or changed at `spot`.
    pub(super) fn note_names(&mut self, spot: &Spot) {
        if self.repeats()
            && let Ok(folder) = rustix::fs::fstat(&spot.parent)
        {
            self.note_written(id(&folder));
        }
    }

    /// What is at `spot` has been moved there, or has one name `more`.
    pub(super) fn note_named(&mut self, spot: &Spot, more: bool) {
        if let Some(shown) = &mut self.shown {
            if let Ok(Some(stat)) = super::open::look(spot) {
                shown.change(id(&stat), |face, _| face.links += u64::from(more));
            }
            self.note_names(spot);
        }
    }

    /// What `stat` tells of has one name less, or is gone for good.
    pub(super) fn note_removed(&mut self, stat: &Stat, gone: bool) {
        let Some(shown) = &mut self.shown else { return };
        if gone {
            shown.files.remove(&id(stat));
        } else {
            // Names that were there before are not counted: as long as it can be found, it has one.
            shown.change(id(stat), |face, _| face.links = (face.links - 1).max(1));
        }
    }

    /// The times of a file were set.
    pub(super) fn note_times(&mut self, stat: Option<Stat>, times: Times) {
        if let (Some(shown), Some(stat)) = (&mut self.shown, stat) {
            shown.change(id(&stat), |face, now| {
                let ns = |time| match time {
                    Time::Now => now,
                    Time::At(ns) => ns,
                };
                face.accessed_ns = times.accessed.map_or(face.accessed_ns, ns);
                face.modified_ns = times.modified.map_or(face.modified_ns, ns);
            });
        }
    }
}

fn id(stat: &Stat) -> Id {
    (stat.st_dev, stat.st_ino)
}
