//! What was entered, kept from one prompt to the next: at most [`ENTRIES`], in a file that only its owner can read.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustyline::Config;
use rustyline::history::{FileHistory, History as _};

use crate::state;

/// The most entries that are kept.
pub(crate) const ENTRIES: usize = 1000;

/// Makes the history's file, in the user's state folder, where it is missing, and tells where it is. That has to come before this process
/// is confined; the file itself is opened again for each entry.
///
/// # Errors
/// If there is no such folder, or it cannot be used.
pub(crate) fn prepare() -> io::Result<PathBuf> {
    make(&state::folder()?)
}

/// The history's file.
pub(crate) struct History {
    path: PathBuf,
    entries: FileHistory,
}

impl History {
    /// Reads the history in the file that [`prepare`] made.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(path: PathBuf, config: &Config) -> io::Result<Self> {
        let mut entries = FileHistory::with_config(config);
        entries.load(&path).map_err(io::Error::other)?;
        Ok(Self { path, entries })
    }

    /// The entries, oldest first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(String::as_str)
    }

    /// Adds an entry and writes it down at once, so that it survives whatever it does.
    pub(crate) fn add(&mut self, source: &str) -> io::Result<()> {
        self.entries
            .add(source)
            .and_then(|_| self.entries.append(&self.path))
            .map_err(io::Error::other)
    }
}

/// Makes the file in `folder`, private to its owner, unless it is there.
fn make(folder: &Path) -> io::Result<PathBuf> {
    state::make_private(folder)?;
    let path = folder.join("history");
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_last_and_stay_private() {
        let folder = std::env::temp_dir().join(format!("croquant-history-{}", std::process::id()));
        let config = Config::builder()
            .max_history_size(3)
            .expect("a size")
            .build();
        let mut history =
            History::open(make(&folder).expect("a file"), &config).expect("a history");
        for entry in ["a = 1", "if a:\n    b = 2\n", "c", "d"] {
            history.add(entry).expect("an entry");
        }
        let again = History::open(make(&folder).expect("a file"), &config).expect("a history");
        let found: Vec<_> = again.entries().collect();
        assert_eq!(found, ["if a:\n    b = 2\n", "c", "d"]);
        let mode = fs::metadata(folder.join("history"))
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(folder).expect("a folder");
    }
}
