//! Where sessions sleep: what a session is, as bytes, in one SQLite file from which it wakes up in this process or in another.
//!
//! A [`Record`] is opaque here: a snapshot, and a little beside it that its caller wants to list without waking anybody. It belongs
//! to an [`Owner`] (the hash of a reader's token) and has a name. [`Store`] keeps it, whole or not at all:
//!
//! | what happens | what it costs |
//! | --- | --- |
//! | the process is killed | nothing: a put that returned is in the file |
//! | the power fails | with [`Durability::Written`] what came since the last [`Store::sync`]; with [`Durability::Synced`] nothing |
//! | an older checkpoint comes late | nothing: [`Put::Stale`], the newer one stays |
//! | the disk is full, a quota is reached | the new record; the one before it stays, unless it is said to be outdated ([`Store::outdate`]) |
//! | bytes of the file change | the records that lie there, each a [`StoreError::Corrupt`]; never do wrong bytes come back |
//! | the file cannot be read at all | the next [`Store::open`] sets it aside, says so ([`SetAside`]), and begins a new one |
//!
//! Several threads may use one `Store`, and several processes one file. All calls block, for some ten microseconds or for a disk: in
//! async code they belong in `spawn_blocking`. The time is the caller's, so that nothing here looks at a clock.
//!
//! ```
//! # fn main() -> Result<(), croquant_store::StoreError> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("sessions.db");
//! use std::time::SystemTime;
//! use croquant_store::{Key, Put, Record, Store, StoreConfig};
//!
//! let opened = Store::open(&path, &StoreConfig::tutorial())?;
//! assert!(opened.set_aside.is_none());
//! let store = opened.store;
//! let key = Key { owner: &[7; 32], id: "kernel-1" };
//! let record = Record { generation: 1, meta: b"/tutorial".to_vec(), snapshot: vec![0; 10_000] };
//! assert_eq!(store.put(key, &record, SystemTime::now())?, Put::Stored);
//! assert_eq!(store.get(key)?, Some(record));
//! # Ok(())
//! # }
//! ```
//!
//! # How it lies in the file
//! Two tables (`schema.rs`): small rows that are listed, counted and touched, and beside them the snapshots, each in pages of its own.
//! Sums (`seal.rs`) say whether either is what was put. A snapshot that is no longer whole is never freed, only forgotten: SQLite would
//! follow its chain of pages, which may lead into another's. Two things no sum can tell: that a row is gone whose key was changed, and
//! when a record was last used.

mod config;
mod error;
mod outdated;
mod place;
mod record;
mod records;
mod rows;
mod schema;
mod seal;
mod store;
mod upkeep;

pub use config::{Durability, StoreConfig};
pub use error::{Room, StoreError};
pub use record::{Entry, Key, Listing, Owner, Put, Record, TotalUsage, Usage};
pub use store::{Opened, SetAside, Store};
