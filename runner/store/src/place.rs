//! The path of a store: what may be there, who may look at it, and how it is set aside.
//!
//! Nothing here opens the database file once it exists. POSIX gives up all of a process's locks on a file as soon as it closes any
//! descriptor of it, SQLite's locks among them.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::StoreError;
use crate::store::SetAside;

/// What the lock says once a store was made beside it. It tells a store that is damaged from a file that never was one.
const VOUCHED: &[u8] = b"croquant-store\n";
/// Only its owner reads a store: it holds readers' sessions.
pub(crate) const MODE: u32 = 0o600;

/// Where a store lies, without any link on the way.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
}

/// The right to decide what lies there, held until dropped: one process at a time creates, migrates or sets aside.
pub(crate) struct Lock {
    path: PathBuf,
    file: File,
}

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Place {
    pub(crate) fn of(path: &Path) -> Result<Self, StoreError> {
        let at = |source| StoreError::File {
            path: path.to_owned(),
            source,
        };
        let name = path
            .file_name()
            .ok_or_else(|| at(io::ErrorKind::InvalidFilename.into()))?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        };
        let folder = folder.canonicalize().map_err(at)?;
        Ok(Self {
            path: folder.join(name),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for the right to decide.
    pub(crate) fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.beside(".lock");
        let at = |source| StoreError::File {
            path: path.clone(),
            source,
        };
        let file = options().read(true).create(true).open(&path).map_err(at)?;
        self.is_ours(&file.metadata().map_err(at)?)?;
        file.set_permissions(Permissions::from_mode(MODE))
            .map_err(at)?;
        file.lock().map_err(at)?;
        Ok(Lock { path, file })
    }

    /// Makes an empty file if there is none, and refuses what cannot be a store. Returns the size of what was there.
    pub(crate) fn claim(&self) -> Result<Option<u64>, StoreError> {
        let found = match fs::symlink_metadata(&self.path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = options().create_new(true).open(&self.path);
                let file = file.map_err(|source| self.error(source))?;
                // Its log gets the same permissions from SQLite, whatever the umask.
                file.set_permissions(Permissions::from_mode(MODE))
                    .map_err(|source| self.error(source))?;
                return Ok(None);
            }
            Err(source) => return Err(self.error(source)),
        };
        self.is_ours(&found)?;
        if found.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(&self.path, Permissions::from_mode(MODE))
                .map_err(|source| self.error(source))?;
        }
        Ok(Some(found.len()))
    }

    /// Which file lies there now.
    pub(crate) fn identity(&self) -> Result<Identity, StoreError> {
        let found = fs::symlink_metadata(&self.path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => self.moved(),
            _ => self.error(source),
        })?;
        Ok(Identity {
            device: found.dev(),
            inode: found.ino(),
        })
    }

    /// Renames the store and its log to `NAME.corrupt-N`, the first such name that is free.
    pub(crate) fn set_aside(&self, reason: String) -> Result<SetAside, StoreError> {
        let suffix = (1u32..)
            .map(|number| format!(".corrupt-{number}"))
            .find(|suffix| {
                ["", "-wal"]
                    .iter()
                    .all(|end| is_free(&self.beside(&format!("{suffix}{end}"))))
            })
            .expect("there are more names than files");
        // The log goes first: a new store must never find the old one's.
        for end in ["-wal", "-shm", ""] {
            let (from, to) = (self.beside(end), self.beside(&format!("{suffix}{end}")));
            match fs::rename(&from, to) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !end.is_empty() => {}
                Err(source) => return Err(StoreError::File { path: from, source }),
            }
        }
        Ok(SetAside {
            path: self.beside(&suffix),
            reason,
        })
    }

    pub(crate) fn moved(&self) -> StoreError {
        StoreError::Moved {
            path: self.path.clone(),
        }
    }

    pub(crate) fn not_ours(&self, reason: &'static str) -> StoreError {
        StoreError::NotOurs {
            path: self.path.clone(),
            reason,
        }
    }

    fn is_ours(&self, found: &fs::Metadata) -> Result<(), StoreError> {
        if found.is_symlink() {
            Err(self.not_ours("it is a symbolic link"))
        } else if !found.is_file() {
            Err(self.not_ours("it is not a file"))
        } else if found.uid() != rustix::process::geteuid().as_raw() {
            Err(self.not_ours("it belongs to another user"))
        } else if found.nlink() > 1 {
            // SQLite finds the log by name: under two names a file would have two logs.
            Err(self.not_ours("it has a second name (a hard link)"))
        } else {
            Ok(())
        }
    }

    pub(crate) fn beside(&self, end: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(end);
        name.into()
    }

    fn error(&self, source: io::Error) -> StoreError {
        StoreError::File {
            path: self.path.clone(),
            source,
        }
    }
}

impl Lock {
    /// Whether a store was made here once.
    pub(crate) fn vouches(&mut self) -> Result<bool, StoreError> {
        let mut said = Vec::new();
        self.file
            .rewind()
            .and_then(|()| (&self.file).take(64).read_to_end(&mut said))
            .map_err(|source| self.error(source))?;
        Ok(said == VOUCHED)
    }

    /// Says that a store was made here.
    pub(crate) fn vouch(&mut self) -> Result<(), StoreError> {
        if self.vouches()? {
            return Ok(());
        }
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(VOUCHED))
            .map_err(|source| self.error(source))
    }

    /// The secret beside the store; made now if there is none, or if whoever made it was cut off.
    pub(crate) fn key(&self, place: &Place) -> Result<[u8; 32], StoreError> {
        let path = place.beside(".key");
        let at = |source| StoreError::File {
            path: path.clone(),
            source,
        };
        let mut file = options()
            .read(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(at)?;
        let found = file.metadata().map_err(at)?;
        Place { path: path.clone() }.is_ours(&found)?;
        file.set_permissions(Permissions::from_mode(MODE))
            .map_err(at)?;
        let mut key = [0; 32];
        if found.len() == 32 {
            file.read_exact(&mut key).map_err(at)?;
            return Ok(key);
        }
        getrandom::fill(&mut key).map_err(|error| at(io::Error::other(error)))?;
        file.set_len(0)
            .and_then(|()| file.write_all(&key))
            .and_then(|()| file.sync_all())
            .map_err(at)?;
        Ok(key)
    }

    fn error(&self, source: io::Error) -> StoreError {
        StoreError::File {
            path: self.path.clone(),
            source,
        }
    }
}

pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .mode(MODE)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

fn is_free(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}
