//! The session itself: how it begins, sleeps, wakes, is stored, and ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use croquant_store::StoreError;
use croquant_worker::{Error, Kept, RemoteSession};

use super::super::console::{Call, PageConsole};
use super::super::history::History;
use super::super::hub::Origin;
use super::super::messages::{ErrorContent, ExecutionState};
use super::super::sleep::Note;
use super::super::wire::Json;
use super::Owner;

/// Where the session is.
pub(super) enum Place {
    /// In a worker.
    Awake(Box<RemoteSession>),
    /// In the store, and nowhere else.
    Asleep,
    /// It could not begin, or was given up; a restart begins another.
    Gone,
}

/// Why a session sleeps on; the log has the reason.
#[derive(Debug)]
pub(super) enum StillAsleep {
    /// It may be woken later.
    ForNow,
    /// It cannot be woken any more.
    ForGood,
}

impl StillAsleep {
    /// As its reader is told.
    pub(super) fn error(&self) -> ErrorContent {
        match self {
            Self::ForNow => {
                let text = "the session cannot be woken now\nhint: try again in a minute";
                ErrorContent::new("SessionAsleep", text)
            }
            Self::ForGood => {
                let text = "the session could not be kept, its variables are gone\nhint: run a cell, a new session begins with it";
                ErrorContent::new("SessionLost", text)
            }
        }
    }
}

impl Owner {
    /// Wakes a session that sleeps.
    pub(super) async fn wake(&mut self) -> Result<(), StillAsleep> {
        if !matches!(self.place, Place::Asleep) {
            return Ok(());
        }
        let stored = match &self.bed {
            Some(bed) => bed.state().await,
            None => Ok(None),
        };
        let woken = match stored {
            Ok(Some(state)) => {
                let (policy, limits) = (&self.means.policy, &self.means.limits);
                let console = Box::new(self.console());
                let pool = &self.means.pool;
                pool.resume(policy, limits, console, state).await
            }
            Ok(None) if self.is_lost => Err(Error::Unwakeable {
                reason: "it was too large to be stored".to_owned(),
            }),
            Ok(None) => self.fresh().await,
            Err(error @ (StoreError::Corrupt { .. } | StoreError::Outdated { .. })) => {
                Err(Error::Unwakeable {
                    reason: error.to_string(),
                })
            }
            Err(error) => {
                tracing::error!(%error, "a session sleeps on: the store cannot be read");
                return Err(StillAsleep::ForNow);
            }
        };
        match woken {
            Ok(session) => {
                self.place = Place::Awake(Box::new(session));
                Ok(())
            }
            Err(Error::Unwakeable { reason }) => {
                tracing::error!(reason, "a session cannot be woken");
                Err(StillAsleep::ForGood)
            }
            Err(error) => {
                tracing::error!(%error, "a session sleeps on: it cannot be woken now");
                Err(StillAsleep::ForNow)
            }
        }
    }

    /// Wakes a session that sleeps, for a cell. One that cannot be woken any more begins anew, and its reader is told.
    pub(super) async fn wake_or_begin(&mut self, origin: &Origin) -> Result<(), StillAsleep> {
        match self.wake().await {
            Err(StillAsleep::ForGood) => {}
            woken => return woken,
        }
        let is_lost = self.is_lost;
        if self.begin().await.is_err() {
            // The next cell tries again, and its reader is told then.
            (self.place, self.is_lost) = (Place::Asleep, is_lost);
            return Err(StillAsleep::ForNow);
        }
        tracing::error!("a session begins anew");
        // It is stored when the cell has ended: should the server end before, the reader is told by the next one.
        let notice = "[the session could not be kept while the page was away: a new one began, its variables are gone]\n";
        self.hub.stream("stderr", &origin.header, notice.to_owned());
        Ok(())
    }

    /// Makes a new session, and stores it in the place of the one that was.
    pub(super) async fn begin_stored(&mut self) -> Result<(), Error> {
        self.begin().await?;
        self.store().await;
        self.hub.status(ExecutionState::Idle, &Json::empty());
        Ok(())
    }

    /// Makes a new session, of which the store knows nothing yet.
    async fn begin(&mut self) -> Result<(), Error> {
        // The old one gives its place back first.
        self.place = Place::Gone;
        self.count = 0;
        self.history = History::default();
        self.is_lost = false;
        *self.call() = Call::default();
        match self.fresh().await {
            Ok(session) => {
                self.place = Place::Awake(Box::new(session));
                self.shared.is_stored.store(false, Ordering::Release);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "a session cannot begin");
                self.hub.status(ExecutionState::Dead, &Json::empty());
                Err(error)
            }
        }
    }

    /// Begins anew after a session was lost or given up; says so before and after.
    pub(super) async fn renew(&mut self) -> Result<(), Error> {
        self.hub.status(ExecutionState::Restarting, &Json::empty());
        self.place = Place::Gone;
        self.hub.status(ExecutionState::Starting, &Json::empty());
        self.begin_stored().await
    }

    async fn fresh(&mut self) -> Result<RemoteSession, Error> {
        let (policy, limits) = (&self.means.policy, &self.means.limits);
        let console = Box::new(self.console());
        self.means.pool.session(policy, limits, console).await
    }

    fn console(&self) -> PageConsole {
        PageConsole::new(Arc::clone(&self.hub), Arc::clone(&self.calls))
    }

    /// Waits until a session that does nothing has done so for long enough to leave memory.
    pub(super) async fn tire(nap: Duration, may_sleep: bool) {
        match may_sleep {
            true => tokio::time::sleep(nap).await,
            false => std::future::pending().await,
        }
    }

    /// Whether the session can leave memory: the store has all of it.
    pub(super) fn may_sleep(&self) -> bool {
        let is_awake = matches!(&self.place, Place::Awake(session) if session.is_alive());
        is_awake && self.shared.is_stored.load(Ordering::Acquire)
    }

    /// Stores the kernel as it is now, before anybody hears of it. Tells the reader when that begins to fail.
    pub(super) async fn save(&mut self, origin: &Origin) {
        self.store().await;
        let is_at_risk = self.bed.is_some() && !self.shared.is_stored.load(Ordering::Acquire);
        if is_at_risk && !self.is_risk_told {
            let reason = match self.is_lost {
                true => "it is too large",
                false => "the server has no room for it",
            };
            let notice = format!(
                "[this session cannot be stored: {reason}. If the server stops, its variables are gone]\n"
            );
            self.hub.stream("stderr", &origin.header, notice);
        }
        self.is_risk_told = is_at_risk;
    }

    /// Stores the kernel as it is now.
    pub(super) async fn store(&mut self) {
        let Some(bed) = self.bed.as_mut() else {
            return;
        };
        let kept = match &self.place {
            Place::Awake(session) if session.is_alive() => session.kept(),
            // What the store has is right.
            Place::Asleep => return,
            // It has ended; the next one begins anew.
            Place::Awake(_) | Place::Gone => Kept::Fresh,
        };
        self.is_lost = matches!(kept, Kept::Nothing);
        let mut note = Note {
            pages: self.shared.pages.lock().expect("no holder panics").clone(),
            count: self.count,
            history: self.history.clone(),
            is_lost: self.is_lost,
        };
        let put = bed.put(&note, &kept).await;
        if let Err(error) = &put {
            tracing::error!(%error, "a session cannot be stored");
            // Rather nothing than what it was long ago.
            note.is_lost = true;
            if bed.put(&note, &Kept::Nothing).await.is_err()
                && let Err(error) = bed.outdate().await
            {
                tracing::error!(%error, "a session that is stored is older than it should be");
            }
        }
        let is_stored = put.is_ok() && !self.is_lost;
        self.shared.is_stored.store(is_stored, Ordering::Release);
    }
}
