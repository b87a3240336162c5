//! What can go wrong with a store, and which of SQLite's errors means what.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// The store could not do it. Whatever was in it before is in it still.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// One record is there, and is not what was put. The others are not affected.
    #[error(
        "the session `{id}` cannot be woken: its record in the store is damaged\nhint: remove it, or begin it anew"
    )]
    Corrupt {
        /// Which.
        id: String,
    },
    /// One record is there, and is older than what its session was last: see [`Store::outdate`](crate::Store::outdate).
    #[error(
        "the session `{id}` cannot be woken: there was no room to store what it was last\nhint: remove it, or begin it anew"
    )]
    Outdated {
        /// Which.
        id: String,
    },
    /// A part of the file that several records share cannot be read.
    #[error(
        "the session store is damaged: {reason}\nhint: copy the file away, then remove it; a new one is made"
    )]
    Damaged {
        /// In SQLite's words.
        reason: String,
    },
    /// One owner has as much as an owner may have.
    #[error(
        "the owner's sessions would come to {wanted} {what}, of {limit}\nhint: remove some, or raise `{setting}`"
    )]
    Quota {
        /// `bytes` or `records`.
        what: &'static str,
        /// What it would be with the new record.
        wanted: u64,
        /// What it may be.
        limit: u64,
        /// The field of [`StoreConfig`](crate::StoreConfig) that says so.
        setting: &'static str,
    },
    /// There is no room: in the store, or on the disk.
    #[error("{what} is full\nhint: {}", match what { Room::Store => "let sessions expire sooner (`expiry`), or raise `total_bytes`", Room::Disk => "make room on the disk of the store" })]
    Full {
        /// Which.
        what: Room,
    },
    /// An id, a meta or a snapshot is too long to be kept at all.
    #[error(
        "{what} of {bytes} bytes is too long: at most {limit} can be kept\nhint: make it shorter"
    )]
    TooLong {
        /// `an id`, `a meta` or `a snapshot`.
        what: &'static str,
        /// How long.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Another process kept the store for itself for too long.
    #[error(
        "the session store is busy\nhint: try again; if it stays so, look for a process that holds it"
    )]
    Busy,
    /// The path leads to something that is no store of ours.
    #[error("`{}` is not taken as a session store: {reason}\nhint: choose another path, or move the file away", path.display())]
    NotOurs {
        /// Which.
        path: PathBuf,
        /// What it is.
        reason: &'static str,
    },
    /// The file was made by a later Croquant.
    #[error("`{}` is a session store of version {found}, and this Croquant knows versions up to {known}\nhint: update Croquant, or choose another path", path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is no longer where it was opened; what would be written now, nobody would find.
    #[error("the session store `{}` was moved or replaced while it was open\nhint: open it again", path.display())]
    Moved {
        /// Where it was.
        path: PathBuf,
    },
    /// A file of the store cannot be opened, made or renamed.
    #[error("`{}` cannot be used: {source}\nhint: check its folder, its owner and its permissions", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk or SQLite failed.
    #[error("the session store cannot be read or written: {reason}\nhint: check the disk")]
    Disk {
        /// In SQLite's words.
        reason: String,
    },
}

/// What can be full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The store has its `total_bytes`.
    Store,
    /// The disk, or what of it this process may use.
    Disk,
}

impl std::fmt::Display for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Store => "the session store",
            Self::Disk => "the disk",
        })
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let reason = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full { what: Room::Disk },
            // The last is what SQLite says of a header or a schema that does not go with our statements.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown) => {
                Self::Damaged { reason }
            }
            Some(_) => Self::Disk { reason },
            // Not SQLite's but of its Rust side: a value that is not of its column's type.
            None => Self::Damaged { reason },
        }
    }
}

impl StoreError {
    /// The same, where what is damaged can only be this record.
    pub(crate) fn of_record(self, id: &str) -> Self {
        match self {
            Self::Damaged { .. } => Self::Corrupt { id: id.to_owned() },
            other => other,
        }
    }
}
