//! A session: one interpreter with its variables.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Store;

use crate::call::{Call, Ended};
use crate::cell::{Cell, Program};
use crate::checkpoint::{Checkpoint, Footprint, Rest};
use crate::console::Console;
use crate::ending::Entry;
use crate::engine::Engine;
use crate::error::Error;
use crate::files::Files;
use crate::flags::Block;
use crate::grants;
use crate::guest::Guest;
use crate::host::Watch;
use crate::imports;
use crate::interrupt::Interrupter;
use crate::limits::Limits;
use crate::outcome::{Called, Outcome, Report};
use crate::policy::Policy;
use crate::records;
use crate::signals::Signals;
use crate::state::{Aside, State};
use crate::trace::Observer;

/// One interpreter with its variables. Dropping it frees everything it held.
///
/// A call whose future is dropped before its end takes the session with it: the interpreter was in the middle of something.
pub struct Session {
    pub(crate) engine: Engine,
    /// Gone once the session has ended.
    pub(crate) store: Option<Store<State>>,
    /// What a program left at its end: given back with the session, as the process is often over before that.
    remains: Option<Store<State>>,
    /// Declared after the stores, so given back after them.
    place: Option<OwnedSemaphorePermit>,
    pub(crate) guest: Guest,
    /// What it was granted, without the files that it began with.
    pub(crate) policy: Arc<Policy>,
    pub(crate) rest: Rest,
    /// What its memory is, where that is known: until the next call.
    pub(crate) now: Option<Checkpoint>,
    /// What belongs to `rest` and is not in memory.
    pub(crate) aside: Aside,
    /// Whether it is a fork that has no random numbers of its own yet.
    pub(crate) reseed: bool,
    signals: Arc<Signals>,
    pub(crate) limits: Limits,
}

/// What stands ready for a session before there is a guest.
pub(crate) struct Admitted {
    pub(crate) state: State,
    place: OwnedSemaphorePermit,
    signals: Arc<Signals>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Session")
            .field("alive", &self.is_alive())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Starts a session: a new interpreter that has been granted `policy`.
    ///
    /// # Errors
    /// [`Error::Policy`], [`Error::MemoryLimit`], [`Error::TooLarge`], [`Error::Full`], or [`Error::Begin`] if the guest refuses.
    pub async fn start(
        engine: &Engine,
        policy: &Policy,
        limits: &Limits,
        console: Box<dyn Console>,
    ) -> Result<Self, Error> {
        Self::start_watched(engine, policy, limits, console, None).await
    }

    /// As [`Session::start`], with somebody who sees every call of the host, from the beginning.
    ///
    /// # Errors
    /// As [`Session::start`].
    pub async fn start_watched(
        engine: &Engine,
        policy: &Policy,
        limits: &Limits,
        console: Box<dyn Console>,
        observer: Option<Box<dyn Observer>>,
    ) -> Result<Self, Error> {
        let files = grants::grant(policy, limits, None)?;
        Self::start_with(engine, policy, files, limits, console, observer).await
    }

    /// Starts a session with the files of the host that it has been granted.
    pub(crate) async fn start_with(
        engine: &Engine,
        policy: &Policy,
        files: Files,
        limits: &Limits,
        console: Box<dyn Console>,
        observer: Option<Box<dyn Observer>>,
    ) -> Result<Self, Error> {
        let records =
            records::encode(policy, limits).ok_or(Error::TooLarge { bytes: usize::MAX })?;
        let admitted = Self::admit(engine, policy, files, limits, console, observer)?;
        // The files are in the guest's memory from here on.
        let granted = Arc::new(policy.without_files());
        let nothing = Rest::Outdated(None);
        let mut session = Self::make(engine, admitted, granted, limits, nothing).await?;
        session.begin(&records).await?;
        session.rest = Rest::new(records, limits.checkpoint_bytes);
        Ok(session)
    }

    /// Grants what `policy` says besides the host's `files`, and takes a place.
    pub(crate) fn admit(
        engine: &Engine,
        policy: &Policy,
        files: Files,
        limits: &Limits,
        console: Box<dyn Console>,
        observer: Option<Box<dyn Observer>>,
    ) -> Result<Admitted, Error> {
        engine.covered_by(policy)?;
        let watch = Watch::new(policy.calls.clone(), observer);
        engine.check(limits)?;
        let signals = Arc::new(Signals::default());
        let state = State::new(console, signals.clone(), limits, policy, files, watch);
        Ok(Admitted {
            state,
            place: engine.place()?,
            signals,
        })
    }

    /// Makes the session that was admitted: its memory is as `rest` has it, or else as the image has.
    pub(crate) async fn make(
        engine: &Engine,
        admitted: Admitted,
        policy: Arc<Policy>,
        limits: &Limits,
        rest: Rest,
    ) -> Result<Self, Error> {
        // What is open of the host's is not what was open when `rest` was taken.
        let aside = admitted.state.aside();
        let (store, guest) = match &rest {
            Rest::Taken(checkpoint) => revive(engine, admitted.state, checkpoint).await?,
            Rest::Fresh(_) | Rest::Outdated(_) => instantiate(engine, admitted.state).await?,
        };
        Ok(Self {
            engine: engine.clone(),
            store: Some(store),
            remains: None,
            place: Some(admitted.place),
            guest,
            policy,
            rest,
            now: None,
            aside,
            reseed: false,
            signals: admitted.signals,
            limits: limits.clone(),
        })
    }

    /// Runs a cell. If it has to be stopped for good, the session goes back to its state before the cell, and the report says
    /// so; [`Limits::checkpoint_bytes`] says what that may weigh.
    ///
    /// # Errors
    /// [`Error::Ended`] after the session's end, or [`Error::Host`].
    pub async fn execute(&mut self, cell: &Cell<'_>) -> Result<Report, Error> {
        self.signals.prepare();
        self.reseed().await?;
        self.checkpoint().await;
        let ended = self
            .call_guest(
                Call::Execute {
                    flags: cell.flags(),
                },
                cell.source.as_bytes(),
            )
            .await?;
        Ok(self.conclude(ended).await)
    }

    /// Runs a program to its end. The outcome of one that ends by itself is [`Outcome::Exited`]; the session is over
    /// afterwards.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub async fn run(&mut self, program: &Program) -> Result<Report, Error> {
        self.reseed().await?;
        self.rest = Rest::Outdated(None);
        let ended = self.call_guest(Call::Run, &program.encode()).await?;
        let (report, store) = ended.report(Entry::Run);
        self.remains = Some(store);
        Ok(report)
    }

    /// Asks the guest's own tools: completion, inspection, whether code is complete. `request_json` is as in the guest's
    /// interface.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub async fn call(&mut self, request_json: &str) -> Result<Called, Error> {
        self.signals.prepare();
        self.reseed().await?;
        self.checkpoint().await;
        let mut ended = self
            .call_guest(Call::Request, request_json.as_bytes())
            .await?;
        let reply = ended.take_reply();
        Ok(Called {
            report: self.conclude(ended).await,
            reply,
        })
    }

    /// Keeps the state that the next call can go back to, if that has not been done yet. The next call does it by itself; whoever
    /// has time between calls saves it the wait, of some tenths of a millisecond for a small session.
    ///
    /// This future may be dropped at any time.
    pub async fn checkpoint(&mut self) {
        let most_bytes = self.limits.checkpoint_bytes;
        if self.rest.bytes().is_some_and(|bytes| bytes <= most_bytes) {
            return;
        }
        self.rest.outdate();
        if most_bytes > 0
            && let Some(taken) = self.take(most_bytes).await
        {
            self.rest = Rest::Taken(taken);
        }
    }

    /// Takes a checkpoint, which shares with the last one what is as it was. `None` if it would weigh more than `most_bytes`, or the host has
    /// no room for what it is compared with.
    pub(crate) async fn take(&mut self, most_bytes: usize) -> Option<Checkpoint> {
        self.rest.outdate();
        let (Some(store), Rest::Outdated(old)) = (&mut self.store, &mut self.rest) else {
            return None;
        };
        let old = old.take();
        self.aside = store.data().aside();
        let pristine = self.engine.pristine()?;
        let from = self.engine.inner.block.get()?.stack_end;
        let memory = self.guest.memory;
        let map = &self.engine.inner.page_map;
        Checkpoint::take(store, memory, from, pristine, map, most_bytes, old).await
    }

    /// What is kept to go back to weighs, in bytes; `None` if nothing is, or what is kept is older than the last call.
    pub fn checkpoint_bytes(&self) -> Option<usize> {
        self.rest.bytes()
    }

    /// A handle that interrupts this session from elsewhere.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter::new(self.signals.clone())
    }

    /// Whether the session takes further calls: false after an exit, a program's run, a trap or a kill.
    pub fn is_alive(&self) -> bool {
        self.store.is_some() && !self.signals.is_killed()
    }

    /// Whether the last call was told what time it is, or slept. If not, what it did depends on the session's state, the seed, and what it was asked and
    /// answered, and on nothing else. Files of mounts, and what lies in them, are not looked at.
    pub fn was_told_time(&self) -> bool {
        let store = self.store.as_ref();
        store.is_none_or(|store| store.data().tally.told_time)
    }

    /// Changes the limits from the next call on. Memory that the guest already has is not taken away.
    pub fn set_limits(&mut self, limits: &Limits) {
        self.limits = limits.clone();
    }

    /// Learns where the interrupt flags are, once per engine, and begins the guest.
    async fn begin(&mut self, records: &[u8]) -> Result<(), Error> {
        let block = match self.engine.inner.block.get() {
            Some(block) => *block,
            None => {
                let block = self.ask_block().await?;
                *self.engine.inner.block.get_or_init(|| block)
            }
        };
        if let Some(store) = &mut self.store {
            store.data_mut().block = Some(block);
        }
        let ended = self.call_guest(Call::Begin, records).await?;
        let errno = ended.value();
        let (report, store) = ended.report(Entry::Execute);
        self.store = Some(store);
        match (errno, report.outcome) {
            (Some(0), Outcome::Completed) => self.prepare_imports().await,
            (None, Outcome::OutOfMemory) => Err(Error::TooLarge {
                bytes: records.len(),
            }),
            (Some(errno), _) => Err(Error::Begin {
                reason: format!("the guest answers with errno {errno}"),
            }),
            (None, outcome) => Err(Error::Begin {
                reason: format!("the guest {outcome}"),
            }),
        }
    }

    async fn prepare_imports(&mut self) -> Result<(), Error> {
        let Some(request) = imports::request(&self.policy) else {
            return Ok(());
        };
        let reply = self.prepare(&request).await?;
        imports::confirm(reply.as_deref())
    }

    /// A request of the host's own, before the first call.
    pub(crate) async fn prepare(&mut self, request: &str) -> Result<Option<String>, Error> {
        let mut ended = self.call_guest(Call::Prepare, request.as_bytes()).await?;
        let reply = ended.take_reply();
        let (report, store) = ended.report(Entry::Execute);
        self.store = Some(store);
        self.rest.outdate();
        match report.outcome {
            Outcome::Completed => Ok(reply),
            outcome => Err(Error::Begin {
                reason: format!("the guest {outcome}"),
            }),
        }
    }

    async fn ask_block(&mut self) -> Result<Block, Error> {
        let ended = self.call_guest(Call::InterruptBlock, &[]).await?;
        let address = ended.value();
        let store = self.store.insert(ended.into_store());
        let memory = self.guest.memory.data(&*store);
        address
            .and_then(|address| Block::read(memory, address.cast_unsigned()))
            .ok_or_else(|| Error::Image {
                reason: "its interrupt block points nowhere".into(),
            })
    }

    /// Tells how a call ended that leaves the session alive if it can: as the call left it, or else as it was before.
    async fn conclude(&mut self, ended: Ended) -> Report {
        let (mut report, store) = ended.report(Entry::Execute);
        report.checkpoint_bytes = self.rest.bytes();
        if report.alive {
            self.store = Some(store);
            self.rest.outdate();
            return report;
        }
        if !report.outcome.is_farewell() && !self.signals.is_killed() {
            match self.go_back(store).await {
                Ok(restored) => report.restored = restored,
                Err(error) => tracing::error!(%error, "a session cannot be restored"),
            }
        }
        report.alive = report.restored && self.is_alive();
        if !report.alive {
            self.store = None;
            self.place = None;
        }
        report
    }

    /// Makes the session anew as `rest` has it; `store` is what there is of it. False if there is nothing to go back to.
    pub(crate) async fn go_back(&mut self, store: Store<State>) -> Result<bool, Error> {
        let mut state = store.into_data();
        match &self.rest {
            Rest::Outdated(_) => return Ok(false),
            Rest::Fresh(records) => {
                let records = records.clone();
                state.go_back(self.limits.memory_bytes, &self.aside);
                let (store, guest) = instantiate(&self.engine, state).await?;
                (self.store, self.guest) = (Some(store), guest);
                self.begin(&records).await?;
                // As it began: these records make it again.
                self.rest = Rest::Fresh(records);
            }
            Rest::Taken(checkpoint) => {
                state.go_back(checkpoint.memory_bytes(), &self.aside);
                let (store, guest) = revive(&self.engine, state, checkpoint).await?;
                (self.store, self.guest) = (Some(store), guest);
            }
        }
        Ok(true)
    }

    /// Calls the guest. The store is taken out meanwhile: if this future is dropped, so is the store.
    async fn call_guest(&mut self, call: Call, input: &[u8]) -> Result<Ended, Error> {
        if self.signals.is_killed() {
            self.store = None;
            self.place = None;
        }
        self.signals.set_restores(self.rest.bytes().is_some());
        self.now = None;
        let store = self.store.take().ok_or(Error::Ended)?;
        let limits = call.limits(&self.limits);
        let running = call.run(input, store, &self.guest, &limits, &self.engine);
        running.await.map_err(|error| {
            match error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>() {
                Some(_) => self.engine.instance_error(&error),
                None => Error::host(error),
            }
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(store) = self.store.take() {
            self.engine.give_back(store, self.guest.clone());
        }
    }
}

/// An instance of the guest, as the image has it, with `state` in its store.
async fn instantiate(engine: &Engine, mut state: State) -> Result<(Store<State>, Guest), Error> {
    if let Some((mut store, guest)) = engine.inner.spares.take() {
        state.footprint = std::mem::take(&mut store.data_mut().footprint);
        state.memory = Some(guest.memory);
        *store.data_mut() = state;
        return Ok((store, guest));
    }
    // Nothing is known of the pool's slot, and what there may be is of another.
    state.footprint = Footprint::default();
    let mut store = Store::new(&engine.inner.engine, state);
    store.limiter(|state| &mut state.growth);
    let made = engine.inner.guest.instantiate_async(&mut store).await;
    let instance = made.map_err(|error| engine.instance_error(&error))?;
    let guest = Guest::bind(&mut store, &instance, &engine.inner.names)?;
    store.data_mut().memory = Some(guest.memory);
    Ok((store, guest))
}

/// A new instance whose memory is as `checkpoint` has it.
async fn revive(
    engine: &Engine,
    state: State,
    checkpoint: &Checkpoint,
) -> Result<(Store<State>, Guest), Error> {
    let (mut store, guest) = instantiate(engine, state).await?;
    let memory = guest.memory;
    let missing = checkpoint
        .memory_bytes()
        .saturating_sub(memory.data_size(&store));
    let pages = missing as u64 / memory.page_size(&store);
    let grown = memory.grow_async(&mut store, pages).await;
    grown.map_err(Error::host)?;
    checkpoint.write(memory.data_mut(&mut store));
    Ok((store, guest))
}
