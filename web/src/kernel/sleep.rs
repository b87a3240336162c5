//! Where kernels sleep: what the store has of each, and how it gets there.
//!
//! A kernel that a client was told of is in the store from then on, and what the store has is what the client was last told: a cell's
//! outcome is said when the session that it left is stored. So a kernel can leave memory whenever it does nothing, and so can the server.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use croquant_store::{Entry, Key, Owner, Put, Record, Store, StoreError};
use croquant_worker::Kept;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::wire;
use crate::identity::Reader;

/// How often what nobody has used for weeks is looked for, and the disk's space given back.
const UPKEEP: Duration = Duration::from_secs(600);

/// A page's session, as Jupyter names it: the page that a kernel belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl Page {
    pub(crate) fn new(path: String, name: String, kind: String) -> Self {
        Self {
            id: wire::uuid(),
            path,
            name,
            kind,
        }
    }
}

/// What is known of a kernel without its session. It lies in the store as JSON; fields that come later have defaults.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Note {
    pub(crate) pages: Vec<Page>,
    /// How many cells have been counted.
    pub(crate) count: u32,
    pub(crate) history: History,
    /// There were variables, too large to be stored.
    pub(crate) is_lost: bool,
}

/// A kernel that sleeps.
#[derive(Debug, Clone)]
pub(crate) struct Sleeper {
    pub(crate) id: String,
    pub(crate) note: Note,
    /// When it was last used, as the protocol writes times.
    pub(crate) last: String,
    generation: u64,
}

/// The store, as kernels see it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Dormitory(Arc<Store>);

impl Dormitory {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self(store)
    }

    /// The kernels of a reader's that the store has. One that is damaged is left out; its bed is made anew.
    pub(crate) async fn of(&self, reader: Reader) -> Result<Vec<Sleeper>, StoreError> {
        let listing = self.run(move |store| store.list(&reader.hash())).await?;
        for id in &listing.corrupt {
            tracing::error!(kernel = id, "the store's record of a kernel is damaged");
        }
        Ok(listing.entries.into_iter().filter_map(sleeper).collect())
    }

    /// Makes room for one more kernel of a reader's: as many as there may be, those in `awake` and those that were used last.
    pub(crate) async fn make_room(
        &self,
        reader: Reader,
        awake: HashSet<String>,
    ) -> Result<(), StoreError> {
        self.run(move |store| {
            let owner = reader.hash();
            let mut entries = store.list(&owner)?.entries;
            let most = store.config().quota_records_per_owner as usize;
            let over = (entries.len() + 1).saturating_sub(most);
            entries.retain(|entry| !awake.contains(&entry.id));
            entries.sort_by_key(|entry| entry.last_used);
            for Entry { id, .. } in entries.iter().take(over) {
                tracing::debug!(kernel = id, "a kernel was removed: its reader has others");
                store.remove(Key { owner: &owner, id })?;
            }
            Ok(())
        })
        .await
    }

    /// The place of a kernel that is new.
    pub(crate) fn bed(&self, reader: Reader, id: &str) -> Bed {
        Bed {
            dormitory: self.clone(),
            owner: reader.hash(),
            id: id.to_owned(),
            generation: 0,
        }
    }

    /// The place of a kernel that sleeps.
    pub(crate) fn bed_of(&self, reader: Reader, sleeper: &Sleeper) -> Bed {
        Bed {
            generation: sleeper.generation,
            ..self.bed(reader, &sleeper.id)
        }
    }

    /// Removes what nobody has used for long. Never returns.
    pub(crate) async fn take_care(&self) {
        loop {
            let kept = self.run(|store| {
                while store.expire(SystemTime::now())? > 0 {}
                while store.vacuum()? > 0 {}
                store.sync()
            });
            if let Err(error) = kept.await {
                tracing::warn!(%error, "the store could not be tidied");
            }
            tokio::time::sleep(UPKEEP).await;
        }
    }

    /// Waits until the disk has all of it.
    pub(crate) async fn sync(&self) {
        if let Err(error) = self.run(Store::sync).await {
            tracing::warn!(%error, "the disk may not have all sessions yet");
        }
    }

    /// Runs what waits for the disk.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        done.unwrap_or_else(|failed| {
            Err(StoreError::Disk {
                reason: failed.to_string(),
            })
        })
    }
}

fn sleeper(entry: Entry) -> Option<Sleeper> {
    let note = serde_json::from_slice(&entry.meta);
    let note = note
        .inspect_err(|error| tracing::error!(%error, kernel = entry.id, "a note cannot be read"))
        .ok()?;
    let since = entry.last_used.duration_since(SystemTime::UNIX_EPOCH);
    Some(Sleeper {
        id: entry.id,
        note,
        last: wire::iso8601(since.map_or(0, |since| since.as_micros() as u64)),
        generation: entry.generation,
    })
}

/// The place of one kernel in the store. Only its owner writes there.
#[derive(Debug)]
pub(crate) struct Bed {
    dormitory: Dormitory,
    owner: Owner,
    id: String,
    generation: u64,
}

impl Bed {
    /// Stores the kernel in place of what was stored of it. A session of which nothing is kept is stored as one that begins anew.
    pub(crate) async fn put(&mut self, note: &Note, kept: &Kept) -> Result<(), StoreError> {
        let meta = serde_json::to_vec(note).expect("a note is JSON");
        let state = match kept {
            Kept::State(state) => Some(state.clone()),
            Kept::Fresh | Kept::Nothing => None,
        };
        self.generation += 1;
        let generation = self.generation;
        let put = self.run(move |store, key| {
            let record = Record {
                generation,
                meta,
                snapshot: state.map_or_else(Vec::new, |state| state.to_vec()),
            };
            store.put(key, &record, SystemTime::now())
        });
        match put.await? {
            Put::Stored => Ok(()),
            Put::Stale { stored } => {
                tracing::error!(
                    kernel = self.id,
                    stored,
                    generation,
                    "another server has gone on with it"
                );
                Err(StoreError::Busy)
            }
        }
    }

    /// The session that is stored; `None` if it begins anew.
    pub(crate) async fn state(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let got = self.run(Store::get).await?;
        let record = got.ok_or_else(|| StoreError::Corrupt {
            id: self.id.clone(),
        })?;
        Ok((!record.snapshot.is_empty()).then_some(record.snapshot))
    }

    /// Says that what is stored of the kernel is not what it is any more.
    pub(crate) async fn outdate(&self) -> Result<(), StoreError> {
        let generation = self.generation;
        self.run(move |store, key| store.outdate(key, generation))
            .await
    }

    /// Forgets the kernel.
    pub(crate) async fn remove(&self) -> Result<(), StoreError> {
        self.run(Store::remove).await.map(drop)
    }

    /// Runs what waits for the disk, with the name under which the store has the kernel.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store, Key<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (owner, id) = (self.owner, self.id.clone());
        let named = move |store: &Store| {
            let (owner, id) = (&owner, id.as_str());
            work(store, Key { owner, id })
        };
        self.dormitory.run(named).await
    }
}
