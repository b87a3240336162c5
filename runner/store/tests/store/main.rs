//! The store, in one process: what comes back, what is refused, and what damage does.

mod damage;
mod files;
mod outdated;
mod quotas;
mod records;
mod space;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use croquant_store::{Durability, Key, Owner, Put, Record, Store, StoreConfig, StoreError};
use tempfile::TempDir;

const ANNE: Owner = [1; 32];
const BERT: Owner = [2; 32];

/// A store in a folder of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("sessions.db")
    }

    #[track_caller]
    fn open(&self) -> Store {
        let opened = Store::open(&self.path(), &config()).unwrap();
        assert_eq!(opened.set_aside, None);
        opened.store
    }
}

fn config() -> StoreConfig {
    StoreConfig {
        quota_bytes_per_owner: 1 << 20,
        quota_records_per_owner: 8,
        total_bytes: 64 << 20,
        expiry: Duration::from_secs(100),
        durability: Durability::Written,
    }
}

/// Seconds after some moment.
fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn key(id: &str) -> Key<'_> {
    Key { owner: &ANNE, id }
}

/// A record that is unlike every other, in each of its words.
fn record(seed: u32, generation: u64, bytes: usize) -> Record {
    let words =
        (0..bytes.div_ceil(8) as u32).flat_map(|word| [seed, word.wrapping_mul(0x9e37_79b9)]);
    let mut snapshot: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    snapshot.truncate(bytes);
    Record {
        generation,
        meta: format!("meta of {seed}").into_bytes(),
        snapshot,
    }
}

#[track_caller]
fn put(store: &Store, key: Key<'_>, record: &Record) {
    assert_eq!(store.put(key, record, at(0)).unwrap(), Put::Stored);
}

/// The error is of this kind, and says how to get on.
#[track_caller]
fn check_error<T>(result: Result<T, StoreError>, expected: &str) {
    let error = result.err().expect("it is refused");
    let name = format!("{error:?}");
    assert!(name.starts_with(expected), "{name}, not {expected}");
    let message = error.to_string();
    assert!(message.contains("\nhint: "), "no hint: {message}");
    assert!(!message.starts_with(char::is_uppercase), "{message}");
}
