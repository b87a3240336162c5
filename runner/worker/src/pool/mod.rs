//! The supervisor's side: workers, and which session is where.

mod apart;
mod conversation;
mod grants;
mod incoming;
mod interrupter;
mod link;
mod outgoing;
mod place;
mod pulse;
mod session;
mod shelf;
mod source;
mod vigil;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use croquant_sandbox::{Console, Engine, Limits, Policy, SnapshotKey};
use tokio::sync::{Mutex, OwnedSemaphorePermit};

use crate::error::Error;
use crate::spawner::Spawner;
use crate::wire::{Hello, Number, VERSION};

use apart::Apart;
use grants::Grants;
pub use interrupter::Interrupter;
use link::Link;
pub use session::{Kept, RemoteSession};
pub use shelf::KeptState;
use shelf::Shelf;
use source::Source;

/// How many workers there are, and what each holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolConfig {
    /// Processes: one for each core is best, as a worker runs one guest at a time.
    pub workers: usize,
    /// Sessions alive at once in each.
    pub sessions_per_worker: u32,
    /// The largest memory that a session can have, whatever its limits say.
    pub max_memory_bytes: usize,
    /// How long a worker may be silent when it is asked whether it is there. It answers while guests run; one that does not is stopped or
    /// hangs, and is ended as if it had died. Default: 10 s.
    pub silence: Duration,
    /// What is kept of all sessions together, to bring them back if a worker dies. Protects this process's memory: beyond it, the largest are
    /// kept no more until they are written down whole again, and cannot be brought back.
    pub kept_bytes: usize,
    /// How many further workers there may be for sessions with folders. Each is a process that reaches the folders of its sessions and ends with
    /// the last of them. Default: 16, or as many as there are workers if that is more.
    pub granted_workers: u32,
}

impl PoolConfig {
    /// Room for `sessions` of up to 1 GiB each, over `workers`; 1 GiB is kept of them.
    pub fn server(workers: usize, sessions: u32) -> Self {
        let shares = u32::try_from(workers.max(1)).unwrap_or(u32::MAX);
        Self {
            workers: workers.max(1),
            sessions_per_worker: sessions.div_ceil(shares),
            max_memory_bytes: 1 << 30,
            silence: Duration::from_secs(10),
            kept_bytes: 1 << 30,
            granted_workers: shares.max(16),
        }
    }
}

/// Workers, and the sessions in them. Cheap to clone; the workers end with the last clone.
#[derive(Debug, Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Arc<Source>,
    config: PoolConfig,
    slots: Vec<Slot>,
    numbers: AtomicU64,
    key: SnapshotKey,
    shelf: Arc<Shelf>,
    apart: Apart,
}

/// The place of one worker. It is started when it is first needed, and anew after it died.
#[derive(Debug, Default)]
struct Slot {
    /// What the worker is started for; nothing for those that are there for everybody else.
    grants: Option<Arc<Grants>>,
    link: Mutex<Option<Arc<Link>>>,
    now: std::sync::Mutex<Option<Arc<Link>>>,
}

/// A worker, as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerState {
    /// Its process; 0 for one in this process.
    pub process: u32,
    /// The sessions in it.
    pub sessions: usize,
    /// The folders that it reaches.
    pub folders: usize,
    /// What waits for its readers in this process, in bytes.
    pub waiting_bytes: usize,
    /// The version of landlock's interface that confines it.
    pub landlock: Option<u32>,
    /// Whether its system calls are filtered.
    pub seccomp: bool,
}

impl Pool {
    /// A pool of processes that `spawner` starts. Its sessions are put away under `key`: only a pool with the same key wakes them.
    pub fn new(spawner: Spawner, config: PoolConfig, key: SnapshotKey) -> Self {
        Self::of(Source::Processes(spawner), config, key)
    }

    /// A pool of threads of this process that share `engine`: the same in everything but the walls. For tests, and where no process can be started.
    pub fn in_process(engine: Engine, config: PoolConfig, key: SnapshotKey) -> Self {
        Self::of(Source::Threads(engine), config, key)
    }

    fn of(source: Source, config: PoolConfig, key: SnapshotKey) -> Self {
        Self {
            inner: Arc::new(Inner {
                source: Arc::new(source),
                config,
                slots: (0..config.workers.max(1))
                    .map(|_| Slot::default())
                    .collect(),
                numbers: AtomicU64::new(0),
                key,
                shelf: Arc::new(Shelf::new(config.kept_bytes)),
                apart: Apart::new(config.granted_workers),
            }),
        }
    }

    /// Starts all workers that do not run, but for those with folders. Without it, each starts when it is first needed.
    ///
    /// # Errors
    /// [`Error::Start`]
    pub async fn ready(&self) -> Result<(), Error> {
        for slot in &self.inner.slots {
            self.link(slot).await?;
        }
        Ok(())
    }

    /// The workers that run.
    pub fn workers(&self) -> Vec<WorkerState> {
        let links = self.inner.slots.iter().filter_map(Slot::now);
        let links = links.chain(self.inner.apart.links());
        links.map(|link| link.state()).collect()
    }

    /// Waits until the process that starts workers has ended: from then on, no worker that dies can be replaced. The workers that run go on.
    /// Never comes back for a pool of threads.
    pub fn spawner_ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let source = Arc::clone(&self.inner.source);
        async move { source.ended().await }
    }

    /// Starts a session in the worker that has the fewest. One with mounts is in a worker that reaches their folders and nothing else. The
    /// folders are opened here and now, so this process has to reach them, and stay what they are for the session, whatever becomes of their names.
    ///
    /// # Errors
    /// [`Error::NotHere`], [`Error::Full`], [`Error::NoWorker`], [`Error::Start`], or why the sandbox refuses.
    pub async fn session(
        &self,
        policy: &Policy,
        limits: &Limits,
        console: Box<dyn Console>,
    ) -> Result<RemoteSession, Error> {
        RemoteSession::start(self.clone(), policy, limits, console, Kept::Fresh).await
    }

    /// Wakes a session that was put away as `state`, by this pool or another with the same key: see [`RemoteSession::kept`]. It has the
    /// limits that are given here, and its mounts stand for the folders that are given here; all else about them is as it was.
    ///
    /// # Errors
    /// [`Error::Unwakeable`] if `state` is damaged, sealed with another key, of another image, or of a session with other mounts; else as
    /// [`Pool::session`].
    pub async fn resume(
        &self,
        policy: &Policy,
        limits: &Limits,
        console: Box<dyn Console>,
        state: Vec<u8>,
    ) -> Result<RemoteSession, Error> {
        let kept = Kept::State(KeptState::whole(state));
        RemoteSession::start(self.clone(), policy, limits, console, kept).await
    }

    /// The most sessions that there can be.
    fn max_sessions(&self) -> u32 {
        let workers = u32::try_from(self.inner.slots.len()).unwrap_or(u32::MAX);
        self.inner
            .config
            .sessions_per_worker
            .saturating_mul(workers)
    }

    fn number(&self) -> Number {
        Number(self.inner.numbers.fetch_add(1, Ordering::Relaxed))
    }

    /// A place in the worker that has the fewest sessions.
    async fn place(&self) -> Result<(Arc<Link>, OwnedSemaphorePermit), Error> {
        let load = |slot: &&Slot| slot.now().map_or((0, 0), |link| link.load());
        let mut slots: Vec<&Slot> = self.inner.slots.iter().collect();
        slots.sort_by_key(load);
        for slot in slots {
            let link = self.link(slot).await?;
            if let Some(place) = link.place() {
                return Ok((link, place));
            }
        }
        Err(Error::Full {
            max_sessions: self.max_sessions(),
        })
    }

    /// The slot's worker, started if it does not run.
    async fn link(&self, slot: &Slot) -> Result<Arc<Link>, Error> {
        let mut held = slot.link.lock().await;
        if let Some(link) = held.as_ref().filter(|link| link.is_up()) {
            return Ok(Arc::clone(link));
        }
        let PoolConfig {
            sessions_per_worker,
            max_memory_bytes,
            silence,
            ..
        } = self.inner.config;
        let hello = Hello {
            version: VERSION,
            image: croquant_guest::HASH.to_owned(),
            max_sessions: sessions_per_worker,
            max_memory_bytes: max_memory_bytes as u64,
            key: *self.inner.key.as_bytes(),
            folders: slot
                .grants
                .as_ref()
                .map_or_else(Vec::new, |grants| grants.access()),
        };
        let source = Arc::clone(&self.inner.source);
        let link = Link::open(source, hello, slot.grants.clone(), silence);
        let link = Arc::new(link.await?);
        *held = Some(Arc::clone(&link));
        *slot.now.lock().expect("no holder panics") = Some(Arc::clone(&link));
        Ok(link)
    }
}

impl Slot {
    /// The place of a worker that is started for these folders.
    fn for_folders(grants: Arc<Grants>) -> Self {
        Self {
            grants: Some(grants),
            ..Self::default()
        }
    }

    /// The worker, if it runs.
    fn now(&self) -> Option<Arc<Link>> {
        let now = self.now.lock().expect("no holder panics");
        now.as_ref().filter(|link| link.is_up()).cloned()
    }
}
