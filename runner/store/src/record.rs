//! What is kept, and what is said of it.

use std::time::SystemTime;

/// To whom a record belongs: the hash of a reader's token. The token itself never comes here.
pub type Owner = [u8; 32];

/// The name of a record. It is found by its owner only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'a> {
    /// Whose.
    pub owner: &'a Owner,
    /// Which of the owner's; at most [`Key::MAX_ID_BYTES`].
    pub id: &'a str,
}

impl Key<'_> {
    /// How long an id may be, in bytes. Protects the tree in which it is sought.
    pub const MAX_ID_BYTES: usize = 256;
}

/// One session at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which checkpoint of its session: it only ever grows. An older one never replaces a newer one.
    pub generation: u64,
    /// What its caller wants to list without reading the snapshot; at most [`Record::MAX_META_BYTES`].
    pub meta: Vec<u8>,
    /// The session.
    pub snapshot: Vec<u8>,
}

impl Record {
    /// How large a record's meta may be, in bytes. Protects whoever lists.
    pub const MAX_META_BYTES: usize = 64 << 10;
    /// How large a snapshot may be, in bytes, whatever the quota: SQLite keeps no blob of a gigabyte.
    pub const MAX_SNAPSHOT_BYTES: usize = 900 << 20;

    /// What it counts for: snapshot and meta together.
    pub(crate) fn bytes(&self) -> u64 {
        (self.meta.len() + self.snapshot.len()) as u64
    }
}

/// What became of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a stale record was not stored"]
pub enum Put {
    /// The record is in the store, in place of the one before it.
    Stored,
    /// The store has this checkpoint or a later one already, which stays.
    Stale {
        /// The generation that stays.
        stored: u64,
    },
}

/// A record as it is listed, without its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: String,
    /// Its checkpoint.
    pub generation: u64,
    /// Its meta.
    pub meta: Vec<u8>,
    /// Snapshot and meta together, in bytes.
    pub bytes: u64,
    /// When it was last put or touched, in whole seconds.
    pub last_used: SystemTime,
}

/// The records of one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Those that can be read, by id. That their snapshots can be read, too, only [`Store::get`](crate::Store::get) knows.
    pub entries: Vec<Entry>,
    /// The ids of those that are there and not what was put; removing or replacing them is all that can be done.
    pub corrupt: Vec<String>,
}

/// What an owner's records come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// How many.
    pub records: u64,
    /// Their snapshots and metas together, in bytes.
    pub bytes: u64,
}

/// What everybody's records come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TotalUsage {
    /// How many.
    pub records: u64,
    /// Their snapshots and metas together, in bytes.
    pub bytes: u64,
    /// The file, without its log, in bytes; [`StoreConfig::total_bytes`](crate::StoreConfig::total_bytes) bounds it.
    pub file_bytes: u64,
    /// What of the file is free: for new records, or for [`Store::vacuum`](crate::Store::vacuum) to give back.
    pub free_bytes: u64,
}
