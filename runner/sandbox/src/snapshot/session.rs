//! What a session does with snapshots.

use std::sync::Arc;

use wasmtime::Store;

use super::{Snapshot, SnapshotError};
use crate::chance::Random;
use crate::checkpoint::Rest;
use crate::console::Console;
use crate::engine::Engine;
use crate::error::Error;
use crate::files::Files;
use crate::flags::Block;
use crate::grants;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::recorder::Recorder;
use crate::session::Session;
use crate::state::State;
use crate::trace::Observer;

/// The request with which a fork gets random numbers of its own.
const RESEED: &str = r#"{"op": "reseed"}"#;

impl Session {
    /// The session as it is now, to go back to or to go on from. Takes some tenths of a millisecond for a small session, and next to nothing
    /// after [`Session::checkpoint`].
    ///
    /// # Errors
    /// [`Error::Ended`] after the session's end, or [`Error::Host`] if the host has no room.
    pub async fn snapshot(&mut self) -> Result<Snapshot, Error> {
        if !self.is_alive() {
            return Err(Error::Ended);
        }
        let checkpoint = match &self.rest {
            Rest::Taken(checkpoint) => checkpoint.clone(),
            Rest::Fresh(_) | Rest::Outdated(_) => {
                let taken = self.take(usize::MAX).await;
                taken.ok_or_else(|| Error::Host {
                    reason: "there is no room for a snapshot".into(),
                })?
            }
        };
        let aside = self.aside.clone();
        // Kept as what the next call can go back to, too, if it may be.
        if checkpoint.bytes() <= self.limits.checkpoint_bytes {
            self.rest = Rest::Taken(checkpoint.clone());
        }
        self.now = Some(checkpoint.clone());
        Ok(Snapshot {
            checkpoint,
            aside,
            policy: Arc::clone(&self.policy),
            limits: self.limits.clone(),
            reseed: self.reseed,
            image: self.engine.inner.names.image,
        })
    }

    /// Makes the session what it was: all that was done inside since is undone, as after a call that had to be stopped for good. What happened
    /// outside is not: output, files of mounted folders, input that was taken.
    ///
    /// # Errors
    /// [`Error::Ended`] after the session's end, [`Error::Snapshot`] for a snapshot of another image or with other grants, or [`Error::Host`], after which the
    /// session has ended.
    pub async fn restore(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        snapshot.fits(&self.engine)?;
        if snapshot.policy != self.policy {
            return Err(SnapshotError::OtherGrants.into());
        }
        if !self.is_alive() {
            return Err(Error::Ended);
        }
        let mut store = self.store.take().ok_or(Error::Ended)?;
        self.rest = Rest::Taken(snapshot.checkpoint.clone());
        self.aside = snapshot.aside.clone();
        self.reseed |= snapshot.reseed;
        if self.go_back_in_place(&mut store, snapshot) {
            self.store = Some(store);
        } else {
            self.go_back(store).await?;
        }
        self.now = Some(snapshot.checkpoint.clone());
        Ok(())
    }

    /// Goes back without a new instance: what a call that has come to its end leaves is memory, and the kernel knows which; where there was no
    /// call, it is nothing. False if it has to be a new one, because memory has grown since.
    fn go_back_in_place(&self, store: &mut Store<State>, snapshot: &Snapshot) -> bool {
        let loaded = &self.engine.inner;
        let (Some(pristine), Some(block)) = (self.engine.pristine(), loaded.block.get()) else {
            return false;
        };
        let memory = self.guest.memory;
        let (bytes, state) = memory.data_and_store_mut(&mut *store);
        let (checkpoint, from, map) = (&snapshot.checkpoint, block.stack_end, &loaded.page_map);
        let is_there = self.now.as_ref().is_some_and(|now| now.is(checkpoint));
        let footprint = &mut state.footprint;
        if !is_there && !checkpoint.write_back(bytes, from, footprint, pristine, map, usize::MAX) {
            return false;
        }
        state.go_back(checkpoint.memory_bytes(), &snapshot.aside);
        state.memory = Some(memory);
        true
    }

    /// A session that goes on from `snapshot`, with its grants and limits, as if nothing had been in between. Several from one snapshot have
    /// even their random numbers in common; [`Session::fork`] gives each its own.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if it is of another image, and as [`Session::start`].
    pub async fn resume(
        engine: &Engine,
        snapshot: &Snapshot,
        console: Box<dyn Console>,
    ) -> Result<Self, Error> {
        Self::resume_watched(engine, snapshot, console, None).await
    }

    /// As [`Session::resume`], with somebody who sees every call of the host.
    ///
    /// # Errors
    /// As [`Session::resume`].
    pub async fn resume_watched(
        engine: &Engine,
        snapshot: &Snapshot,
        console: Box<dyn Console>,
        observer: Option<Box<dyn Observer>>,
    ) -> Result<Self, Error> {
        snapshot.fits(engine)?;
        let policy = Arc::clone(&snapshot.policy);
        let files = grants::grant(&policy, &snapshot.limits, None)?;
        Self::resume_with(engine, snapshot, policy, files, console, observer).await
    }

    /// Goes on from `snapshot` with the files of the host that were granted anew; `policy` is the snapshot's but for where these are.
    pub(crate) async fn resume_with(
        engine: &Engine,
        snapshot: &Snapshot,
        policy: Arc<Policy>,
        files: Files,
        console: Box<dyn Console>,
        observer: Option<Box<dyn Observer>>,
    ) -> Result<Self, Error> {
        let limits = &snapshot.limits;
        let block = Self::block(engine, limits).await?;
        let mut admitted = Self::admit(engine, &policy, files, limits, console, observer)?;
        let state = &mut admitted.state;
        state.block = Some(block);
        state.go_on(snapshot.memory_bytes(), &snapshot.aside);
        let rest = Rest::Taken(snapshot.checkpoint.clone());
        let mut session = Self::make(engine, admitted, policy, limits, rest).await?;
        session.now = Some(snapshot.checkpoint.clone());
        session.reseed = snapshot.reseed;
        Ok(session)
    }

    /// A second session that goes on from where this one is, alone. Its `random` draws other numbers, as after `os.fork`, unless the
    /// program has seeded it or the policy did ([`Random::Seeded`]).
    ///
    /// # Errors
    /// As [`Session::snapshot`] and [`Session::resume`].
    pub async fn fork(&mut self, console: Box<dyn Console>) -> Result<Self, Error> {
        let snapshot = self.snapshot().await?;
        Self::fork_of(&self.engine, &snapshot, console).await
    }

    /// As [`Session::fork`], from a snapshot: for many forks of one state.
    ///
    /// # Errors
    /// As [`Session::resume`].
    pub async fn fork_of(
        engine: &Engine,
        snapshot: &Snapshot,
        console: Box<dyn Console>,
    ) -> Result<Self, Error> {
        let mut fork = Self::resume(engine, snapshot, console).await?;
        fork.reseed = snapshot.policy.random == Random::Real;
        Ok(fork)
    }

    /// Gives a fork its own random numbers, before its first call.
    pub(crate) async fn reseed(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.reseed) {
            self.prepare(RESEED).await?;
        }
        Ok(())
    }

    /// Where the interrupt flags are. The first session of an engine finds out; where none was, one is started for that.
    async fn block(engine: &Engine, limits: &Limits) -> Result<Block, Error> {
        if engine.inner.block.get().is_none() {
            let console = Box::new(Recorder::new());
            Self::start(engine, &Policy::default(), limits, console).await?;
        }
        engine.inner.block.get().copied().ok_or(Error::Ended)
    }
}
