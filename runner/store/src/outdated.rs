//! Which records are older than what their readers were told, for when there is no room to store that either: a small file of fixed size
//! beside the store, whose room was taken when the store was opened.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::{Room, StoreError};
use crate::place::{MODE, options};
use crate::record::Key;
use crate::seal::{Sum, name};

/// How many marks there is room for.
const SLOTS: u64 = 4096;
/// A key's sum, a generation, and nothing: no mark lies in two pages.
const SLOT_BYTES: usize = 32;
/// How many slots, from the one that a key's sum names, may have the key's mark.
const TRIES: usize = 16;
const BYTES: u64 = (SLOTS + TRIES as u64) * SLOT_BYTES as u64;

/// The marks. Processes that share a store share them, too.
#[derive(Debug)]
pub(crate) struct Outdated {
    path: PathBuf,
    file: File,
}

/// A mark that is set.
struct Mark {
    offset: u64,
    generation: u64,
}

impl Outdated {
    /// Opens the file at `path`, or makes it; `anew` without any mark.
    pub(crate) fn open(path: &Path, anew: bool) -> Result<Self, StoreError> {
        let at = |source| StoreError::File {
            path: path.to_owned(),
            source,
        };
        let mut options = options();
        options.read(true).create(true).truncate(false);
        let file = options.open(path).map_err(at)?;
        file.set_permissions(Permissions::from_mode(MODE))
            .map_err(at)?;
        let length = file.metadata().map_err(at)?.len();
        let from = if anew { 0 } else { length.min(BYTES) };
        // Written, so that the disk has room for them when it is full.
        let zeros = vec![0; (BYTES - from) as usize];
        file.write_all_at(&zeros, from).map_err(at)?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Marks what is stored under this key up to `generation`.
    pub(crate) fn mark(&self, key: Key<'_>, generation: u64) -> Result<(), StoreError> {
        let sum = name(key);
        let (mut own, mut free) = (None, None);
        self.each(&sum, |offset, slot| {
            if slot[..16] == sum {
                own = own.or(Some(offset));
            } else if slot.iter().all(|byte| *byte == 0) {
                free = free.or(Some(offset));
            }
        })?;
        let offset = own.or(free).ok_or(StoreError::Full { what: Room::Store })?;
        let mut slot = [0; SLOT_BYTES];
        slot[..16].copy_from_slice(&sum);
        slot[16..24].copy_from_slice(&generation.to_le_bytes());
        let written = self.file.write_all_at(&slot, offset);
        written
            .and_then(|()| self.file.sync_data())
            .map_err(|source| self.error(source))
    }

    /// Whether what is stored under this key in this generation was marked.
    pub(crate) fn has(&self, key: Key<'_>, generation: u64) -> Result<bool, StoreError> {
        let mark = self.find(key)?;
        Ok(mark.is_some_and(|mark| generation <= mark.generation))
    }

    /// Takes the mark of this key away, if it has one.
    pub(crate) fn clear(&self, key: Key<'_>) -> Result<(), StoreError> {
        let Some(mark) = self.find(key)? else {
            return Ok(());
        };
        let cleared = self.file.write_all_at(&[0; SLOT_BYTES], mark.offset);
        cleared.map_err(|source| self.error(source))
    }

    fn find(&self, key: Key<'_>) -> Result<Option<Mark>, StoreError> {
        let sum = name(key);
        let mut found = None;
        self.each(&sum, |offset, slot| {
            if slot[..16] == sum {
                let generation = slot[16..24].try_into().expect("eight bytes");
                let generation = u64::from_le_bytes(generation);
                found = Some(Mark { offset, generation });
            }
        })?;
        Ok(found)
    }

    /// Looks at the slots in which the mark of a key with this sum may be.
    fn each(&self, sum: &Sum, mut look: impl FnMut(u64, &[u8])) -> Result<(), StoreError> {
        let first = u64::from(u32::from_le_bytes([sum[0], sum[1], sum[2], sum[3]])) % SLOTS;
        let first = first * SLOT_BYTES as u64;
        let mut slots = [0; TRIES * SLOT_BYTES];
        self.file
            .read_exact_at(&mut slots, first)
            .map_err(|source| self.error(source))?;
        for (offset, slot) in (first..).step_by(SLOT_BYTES).zip(slots.chunks(SLOT_BYTES)) {
            look(offset, slot);
        }
        Ok(())
    }

    fn error(&self, source: io::Error) -> StoreError {
        StoreError::File {
            path: self.path.clone(),
            source,
        }
    }
}
