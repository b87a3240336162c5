//! Workers for sessions with folders. A worker is confined to its folders before its first session, so it is started for them; sessions that
//! have exactly the same share it, and it ends with the last of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::grants::Grants;
use super::link::Link;
use super::{Pool, Slot};
use crate::error::Error;

/// The places of these workers.
#[derive(Debug)]
pub(super) struct Apart {
    rooms: Mutex<Vec<Weak<Room>>>,
    /// Room for further ones.
    left: Arc<Semaphore>,
    most: u32,
}

/// The place of a worker that is started for its folders. It is held by the sessions there.
#[derive(Debug)]
pub(super) struct Room {
    slot: Slot,
    _counted: OwnedSemaphorePermit,
}

impl Apart {
    pub(super) fn new(most: u32) -> Self {
        let permits = usize::try_from(most).unwrap_or(usize::MAX);
        Self {
            rooms: Mutex::default(),
            left: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            most,
        }
    }

    /// Those of the workers that run.
    pub(super) fn links(&self) -> Vec<Arc<Link>> {
        let rooms = self.rooms();
        let rooms = rooms.iter().filter_map(Weak::upgrade);
        rooms.filter_map(|room| room.slot.now()).collect()
    }

    /// Those with exactly these folders, the one with the fewest sessions first.
    fn with(&self, grants: &Grants) -> Vec<Arc<Room>> {
        let mut rooms = self.rooms();
        rooms.retain(|room| room.strong_count() > 0);
        let mut same: Vec<Arc<Room>> = rooms.iter().filter_map(Weak::upgrade).collect();
        same.retain(|room| {
            let held = room.slot.grants.as_deref();
            held.is_some_and(|held| held.are(grants))
        });
        same.sort_by_key(|room| room.load());
        same
    }

    /// One more, if there may be.
    fn more(&self, grants: &Arc<Grants>) -> Option<Arc<Room>> {
        let counted = Arc::clone(&self.left).try_acquire_owned().ok()?;
        let room = Arc::new(Room {
            slot: Slot::for_folders(Arc::clone(grants)),
            _counted: counted,
        });
        self.rooms().push(Arc::downgrade(&room));
        Some(room)
    }

    fn rooms(&self) -> MutexGuard<'_, Vec<Weak<Room>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// The folders that its worker reaches.
    pub(super) fn granted(&self) -> Option<Arc<Grants>> {
        self.slot.grants.clone()
    }

    fn load(&self) -> (usize, usize) {
        self.slot.now().map_or((0, 0), |link| link.load())
    }
}

impl Pool {
    /// A place in a worker that reaches these folders and nothing else: in `before`, if the session was there; or where such sessions are
    /// fewest, over as many workers as the pool has for others.
    pub(super) async fn place_apart(
        &self,
        grants: &Arc<Grants>,
        before: Option<Arc<Room>>,
    ) -> Result<(Arc<Room>, Arc<Link>, OwnedSemaphorePermit), Error> {
        let apart = &self.inner.apart;
        let mut rooms: Vec<Arc<Room>> = before.into_iter().collect();
        if rooms.is_empty() {
            rooms = apart.with(grants);
            let is_enough = rooms.len() >= self.inner.slots.len();
            let is_free = rooms.first().is_some_and(|room| room.load().0 == 0);
            if !is_enough && !is_free {
                let more = apart.more(grants);
                rooms.splice(0..0, more);
            }
        }
        for room in rooms {
            let link = self.link(&room.slot).await?;
            if let Some(place) = link.place() {
                return Ok((room, link, place));
            }
        }
        let room = apart.more(grants).ok_or(Error::NoWorker {
            max_workers: apart.most,
        })?;
        let link = self.link(&room.slot).await?;
        let place = link.place().ok_or(Error::NoWorker {
            max_workers: apart.most,
        })?;
        Ok((room, link, place))
    }
}
