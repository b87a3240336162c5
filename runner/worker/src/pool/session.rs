//! A session in a worker, used like one of this process.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use croquant_sandbox::{Called, Cell, Console, Error as SandboxError, Limits, Policy, Report};
use tokio::sync::OwnedSemaphorePermit;

use super::Pool;
use super::apart::Room;
use super::conversation::{MOST_HOST_BYTES, converse};
use super::grants::Grants;
use super::interrupter::Interrupter;
use super::link::Link;
use super::place::Place;
use super::shelf::{KeptState, Shelved};
use crate::error::Error;
use crate::wire::{Bytes, Call, Failure, Start, State};

/// How many workers the calls of a session may cost, one after the other, before it is quarantined.
const MOST_LOSSES: u32 = 2;
/// How long it gets no worker then. Protects the other sessions, which are brought back each time.
const QUARANTINE: Duration = Duration::from_secs(10);

/// A session in a worker. Dropping it ends the session; so does dropping the future of a call.
pub struct RemoteSession {
    pool: Pool,
    start: Box<Start>,
    console: Box<dyn Console>,
    /// The folders that it has.
    grants: Option<Arc<Grants>>,
    /// `None` once the session has ended, and while a call runs.
    place: Option<Place>,
    /// The worker's, if it is there for these folders: it ends when this is given back, so after the session's place.
    room: Option<Arc<Room>>,
    interrupter: Interrupter,
    is_alive: bool,
    /// Whether no call has ended yet.
    is_fresh: bool,
    /// What the session was after the last call that ended.
    shelved: Shelved,
    /// Workers that died in its calls, since the last that ended.
    losses: u32,
    /// Until when it gets no worker for that.
    quarantine: Option<Instant>,
}

/// What is kept of a session outside its worker, from which it comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// No call has ended yet: it starts anew.
    Fresh,
    /// The session as the last call left it. Cheap to clone.
    State(KeptState),
    /// What the last call left is too large to be kept, or there is no room for it.
    Nothing,
}

impl std::fmt::Debug for RemoteSession {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RemoteSession")
            .field("alive", &self.is_alive())
            .finish_non_exhaustive()
    }
}

impl RemoteSession {
    pub(super) async fn start(
        pool: Pool,
        policy: &Policy,
        limits: &Limits,
        console: Box<dyn Console>,
        kept: Kept,
    ) -> Result<Self, Error> {
        policy.check().map_err(SandboxError::from)?;
        let refuse = |what| Err(Error::NotHere { what });
        if limits.host_bytes > MOST_HOST_BYTES {
            return refuse("a limit of more than 64 MiB on what the host holds at once");
        }
        let grants = Grants::open(policy).await?.map(Arc::new);
        let shelved = pool.inner.shelf.place();
        if let Kept::State(state) = &kept {
            shelved.put(state.clone());
        }
        let mut session = Self {
            pool,
            start: Box::new(Start {
                policy: policy.clone(),
                limits: limits.clone(),
                resume: None,
            }),
            console,
            grants,
            place: None,
            room: None,
            interrupter: Interrupter::default(),
            is_alive: true,
            is_fresh: matches!(kept, Kept::Fresh),
            shelved,
            losses: 0,
            quarantine: None,
        };
        session.settle().await?;
        Ok(session)
    }

    /// Runs a cell, as [`Session::execute`](croquant_sandbox::Session::execute) does.
    ///
    /// # Errors
    /// [`Error::Lost`] if the worker died meanwhile, [`Error::Quarantined`] if that happened twice, and for ten seconds afterwards; if no worker
    /// can be had, as [`Pool::session`]; or as in the sandbox.
    pub async fn execute(&mut self, cell: &Cell<'_>) -> Result<Report, Error> {
        Ok(self.ask(Call::execute(cell)).await?.report)
    }

    /// Asks the guest's own tools, as [`Session::call`](croquant_sandbox::Session::call) does.
    ///
    /// # Errors
    /// As [`RemoteSession::execute`].
    pub async fn call(&mut self, request_json: &str) -> Result<Called, Error> {
        self.ask(Call::Request(request_json.to_owned())).await
    }

    /// A handle that interrupts this session from elsewhere.
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// What is kept of the session, as the last call that ended left it: with that, [`Pool::resume`] wakes it.
    pub fn kept(&self) -> Kept {
        match self.shelved.get() {
            Some(state) => Kept::State(state),
            None if self.is_fresh => Kept::Fresh,
            None => Kept::Nothing,
        }
    }

    /// Whether the session takes further calls.
    pub fn is_alive(&self) -> bool {
        self.is_alive && !self.interrupter.is_killed()
    }

    async fn ask(&mut self, call: Call) -> Result<Called, Error> {
        if call.len() > MOST_HOST_BYTES {
            return Err(Error::TooLong { bytes: call.len() });
        }
        if !self.is_alive() {
            return Err(SandboxError::Ended.into());
        }
        if self.quarantine.is_some_and(|end| Instant::now() < end) {
            return Err(Error::Quarantined);
        }
        if self
            .place
            .as_ref()
            .is_none_or(|place| !place.link().is_up())
        {
            self.settle().await?;
        }
        // If this future is dropped, so is the place, and with it the session.
        self.is_alive = false;
        let room = self.room.take();
        let mut place = self.place.take().ok_or(SandboxError::Ended)?;
        place.call(call)?;
        if self.interrupter.is_killed() {
            // The worker may not have known the session when it was told.
            self.interrupter.kill();
        }
        let ended = {
            let _busy = Busy::new(Arc::clone(place.link()));
            let patience = Duration::from_millis(self.start.limits.deadline_ms);
            converse(&mut place, &mut *self.console, patience).await
        };
        let Some((ended, state)) = ended else {
            self.room = room;
            return Err(self.lose());
        };
        let called = match ended {
            Ok(called) => called,
            Err(failure) => {
                self.room = room;
                return Err(self.fail(failure));
            }
        };
        self.losses = 0;
        self.quarantine = None;
        self.is_fresh = false;
        match state {
            State::Nothing => self.shelved.clear(),
            State::Whole(bytes) => self.shelved.put(KeptState::whole(bytes.0)),
            State::More(bytes) => self.shelved.add(bytes.0),
        }
        self.is_alive = called.report.alive;
        if self.is_alive {
            place.end_call();
            self.place = Some(place);
            self.room = room;
        }
        Ok(called)
    }

    /// Starts the session in a worker, or brings it back after its worker was lost. Where that cannot be now, it can be tried again.
    async fn settle(&mut self) -> Result<(), Error> {
        self.place = None;
        let mut start = self.start.clone();
        match self.kept() {
            Kept::Fresh => {}
            Kept::State(state) => start.resume = Some(Bytes(state.to_vec())),
            Kept::Nothing => return Err(self.lose()),
        }
        let (link, permit) = self.enter().await?;
        let number = self.pool.number();
        let can_wait = self.is_fresh && is_sure_to_start(&start, &link);
        let mut place = link.route(number, start, permit);
        self.interrupter.follow(&link, number);
        if !can_wait {
            match place.start().await {
                Some(started) => started?,
                None => return Err(self.lose()),
            }
        }
        self.place = Some(place);
        Ok(())
    }

    /// The host failed in a call, and the session has ended in its worker: it comes back with the next call, as it was before this one.
    fn fail(&mut self, failure: Failure) -> Error {
        self.comes_back();
        failure.into()
    }

    /// A place in a worker that has what the session was granted.
    async fn enter(&mut self) -> Result<(Arc<Link>, OwnedSemaphorePermit), Error> {
        let Some(grants) = &self.grants else {
            return self.pool.place().await;
        };
        let before = self.room.clone();
        let (room, link, permit) = self.pool.place_apart(grants, before).await?;
        // One set of descriptors for all who have the same.
        self.grants = room.granted();
        self.room = Some(room);
        Ok((link, permit))
    }

    /// Whether the session lives on with what is kept of it. If not, it needs no worker any more.
    fn comes_back(&mut self) -> bool {
        self.is_alive = !matches!(self.kept(), Kept::Nothing);
        if !self.is_alive {
            self.room = None;
        }
        self.is_alive
    }

    /// The worker died in a call.
    fn lose(&mut self) -> Error {
        if !self.comes_back() {
            return Error::Lost { recovers: false };
        }
        self.losses += 1;
        if self.losses < MOST_LOSSES {
            return Error::Lost { recovers: true };
        }
        self.quarantine = Some(Instant::now() + QUARANTINE);
        Error::Quarantined
    }
}

/// Whether nothing that is known speaks against a start. Such a session is started with its first call: it has a place, and nobody waits twice.
fn is_sure_to_start(start: &Start, link: &Link) -> bool {
    start.policy == Policy::default()
        && start.limits.memory_bytes as u64 >= link.least_memory_bytes()
}

/// Counts a call as long as it runs.
struct Busy(Arc<Link>);

impl Busy {
    fn new(link: Arc<Link>) -> Self {
        link.busy().fetch_add(1, Ordering::Relaxed);
        Self(link)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy().fetch_sub(1, Ordering::Relaxed);
    }
}
