//! A store that is open.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::outdated::Outdated;
use crate::place::{Identity, Lock, Place};
use crate::schema;

/// Sessions at rest, in one file. Its threads take turns; so do the processes that have the same file open.
#[derive(Debug)]
pub struct Store {
    place: Place,
    identity: Identity,
    pub(crate) config: StoreConfig,
    pub(crate) outdated: Outdated,
    connection: Mutex<Connection>,
}

/// What opening a store came to.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// The file that was there before and could not be read. Somebody has to be told: its sessions are not in the store.
    pub set_aside: Option<SetAside>,
    /// A random secret that lies beside the store in `PATH.key` (0600), made with it: with it, snapshots are sealed.
    pub key: [u8; 32],
}

/// A file that could not be read, and was renamed for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where it is now.
    pub path: PathBuf,
    /// Why it could not be read.
    pub reason: String,
}

impl Store {
    /// Opens the store at `path`, or makes a new one there, which only this user can read (0600). `PATH.lock`, `PATH.key` and `PATH.outdated` (128 KiB)
    /// stay beside it.
    ///
    /// A store that cannot be read at all is renamed to `PATH.corrupt-N`, and a new one takes its place: see [`Opened::set_aside`].
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] for a link, another user's file or another program's; [`StoreError::Newer`] for a later Croquant's;
    /// otherwise what the disk says.
    pub fn open(path: &Path, config: &StoreConfig) -> Result<Opened, StoreError> {
        let place = Place::of(path)?;
        let mut lock = place.lock()?;
        let mut set_aside = None;
        let connection = match connect(&place, &mut lock, config) {
            Err(StoreError::Damaged { reason }) => {
                if !lock.vouches()? {
                    return Err(place.not_ours("it is not a database, or one that is damaged"));
                }
                set_aside = Some(place.set_aside(reason)?);
                connect(&place, &mut lock, config)?
            }
            other => other?,
        };
        lock.vouch()?;
        let key = lock.key(&place)?;
        let outdated = Outdated::open(&place.beside(".outdated"), set_aside.is_some())?;
        let store = Self {
            identity: place.identity()?,
            place,
            config: config.clone(),
            outdated,
            connection: Mutex::new(connection),
        };
        Ok(Opened {
            store,
            set_aside,
            key,
        })
    }

    /// The bounds that it keeps.
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// Runs what only reads, or is a whole by itself.
    pub(crate) fn read<T>(
        &self,
        run: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A thread that panicked left no transaction open: it was rolled back when it was dropped.
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.is_in_place()?;
        run(&connection)
    }

    /// Runs what writes, all of it or nothing. No other process writes meanwhile, from the first read on.
    pub(crate) fn write<T>(
        &self,
        run: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.is_in_place()?;
        let result = run(&change)?;
        change.commit()?;
        // Once more: it may have been set aside since, and who put this has to know.
        self.is_in_place()?;
        Ok(result)
    }

    /// Runs what leaves the file as it is and no other process does at the same time, unless the store is past saying so.
    pub(crate) fn beside<T>(
        &self,
        run: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.is_in_place()?;
        let _turn = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        run()
    }

    /// Another process may have set the file aside: what this one would put into it, nobody would find again.
    fn is_in_place(&self) -> Result<(), StoreError> {
        if self.place.identity()? == self.identity {
            Ok(())
        } else {
            Err(self.place.moved())
        }
    }
}

/// Time as the file has it: whole seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// And back. A damaged number is some time, too.
pub(crate) fn time(seconds: i64) -> SystemTime {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    SystemTime::UNIX_EPOCH
        .checked_add(since)
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn connect(place: &Place, lock: &mut Lock, config: &StoreConfig) -> Result<Connection, StoreError> {
    if place.claim()? == Some(0) && lock.vouches()? {
        let reason = "the file is empty".to_owned();
        return Err(StoreError::Damaged { reason });
    }
    schema::open(place, config)
}
