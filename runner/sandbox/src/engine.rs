//! The engine: the guest image, mapped and ready to be instantiated.

use std::fs::File;
use std::sync::{Arc, OnceLock};

use wasmtime::{
    Enabled, InstanceAllocationStrategy, InstancePre, Linker, Module, PoolConcurrencyLimitError,
    PoolingAllocationConfig, Store,
};

use rustix::mm::{Advice, madvise};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::checkpoint::{PageMap, Pristine};
use crate::config;
use crate::error::Error;
use crate::flags::Block;
use crate::grants;
use crate::guest::{Guest, Names};
use crate::host;
use crate::limits::Limits;
use crate::policy::{Policy, PolicyError};
use crate::spare::Spares;
use crate::state::{RESERVE_BYTES, State};
use crate::trace::METER;
use crate::watchdog::{Overseer, Watchdog};

/// The wasmtime engine with the image loaded. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Loaded>,
}

/// What all sessions share.
pub(crate) struct Loaded {
    pub(crate) engine: wasmtime::Engine,
    pub(crate) guest: InstancePre<State>,
    pub(crate) names: Names,
    /// Where the interrupt flags lie, learned from the first session.
    pub(crate) block: OnceLock<Block>,
    pub(crate) watchdog: Watchdog,
    /// What checkpoints are taken with; made when the first one is.
    pristine: OnceLock<Option<Pristine>>,
    pub(crate) page_map: PageMap,
    pub(crate) spares: Spares,
    /// One for each session: a session that is restored gives its slot back and takes another, and nobody may come between.
    places: Arc<Semaphore>,
    /// What the image's memory begins with, and what is held back of a session's.
    least_memory_bytes: usize,
    /// The calls of the host that the image imports: module and name.
    imports: Vec<(String, String)>,
    config: EngineConfig,
}

/// How many sessions an engine holds, and how large each may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineConfig {
    /// Sessions alive at once. Address space is set aside for each: 4 GiB, of which the kernel gives a process about
    /// 30,000 times as much; its limit on mappings (`vm.max_map_count`) ends it at about 13,000.
    pub max_sessions: u32,
    /// The largest memory that a session of this engine can have, whatever its limits say. At most 4 GiB.
    pub max_memory_bytes: usize,
    /// Where sessions live.
    pub slots: Slots,
    /// How long a guest may keep the thread that it runs on, in milliseconds. Nearly all that it does gives way every millisecond; a call in C
    /// that does not is stopped then, as at the deadline. Protects the sessions that share the thread.
    pub turn_ms: u64,
}

/// Where the memory of sessions comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slots {
    /// Set aside for all sessions when the engine is made, and kept for the next one when a session ends: each start is cheap.
    Kept,
    /// Mapped when a session starts and given back when it ends: the engine itself is ready sooner. For one session, or few.
    Fresh,
}

impl EngineConfig {
    /// One script at a time (and room for a few more), up to all that 32-bit linear memory can hold.
    pub fn script() -> Self {
        Self {
            max_sessions: 4,
            max_memory_bytes: 4 << 30,
            slots: Slots::Fresh,
            turn_ms: u64::MAX,
        }
    }

    /// Many sessions of up to 1 GiB each, whose guests may keep the others waiting for 5 s.
    pub fn server(max_sessions: u32) -> Self {
        Self {
            max_sessions,
            max_memory_bytes: 1 << 30,
            slots: Slots::Kept,
            turn_ms: 5_000,
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Loads `image`, the compiled guest: an open file, mapped and never copied.
    ///
    /// The file is trusted like the program itself: it must come from this project's own build, and nobody may change it
    /// while the engine lives.
    ///
    /// # Errors
    /// [`Error::Image`] if it was not made by this version for this machine, or lacks a part of the guest's interface.
    pub fn new(image: File, config: &EngineConfig) -> Result<Self, Error> {
        let refuse = |error: wasmtime::Error| Error::Image {
            reason: format!("{error:#}"),
        };
        let mut wasmtime_config = config::shared();
        wasmtime_config
            // It compiles nothing, and setting up a compiler costs a cold start as much as the confinement does.
            .enable_compiler(false)
            .async_stack_zeroing(true)
            .allocation_strategy(match config.slots {
                Slots::Kept => InstanceAllocationStrategy::Pooling(pool(config)),
                Slots::Fresh => InstanceAllocationStrategy::OnDemand,
            });
        let engine = wasmtime::Engine::new(&wasmtime_config).map_err(refuse)?;
        let module = load(&engine, image).map_err(refuse)?;
        prefer_huge_pages(&module);
        let names = Names::find(&module)?;
        let mut linker = Linker::new(&engine);
        host::link(&mut linker).map_err(refuse)?;
        let guest = linker.instantiate_pre(&module).map_err(refuse)?;
        let least_memory_bytes = least_memory(&module);
        let imports = module
            .imports()
            .map(|import| (import.module().to_owned(), import.name().to_owned()));
        let places = usize::try_from(config.max_sessions).unwrap_or(Semaphore::MAX_PERMITS);
        let loaded = Loaded {
            pristine: OnceLock::new(),
            page_map: PageMap::new(grants::page_map()),
            spares: Spares::default(),
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            imports: imports.collect(),
            engine,
            guest,
            names,
            block: OnceLock::new(),
            watchdog: Watchdog::default(),
            least_memory_bytes,
            config: *config,
        };
        Ok(Self {
            inner: Arc::new(loaded),
        })
    }

    /// Leaves it to the caller to look after guests that do not come back to the host, at each [`Overseer::PERIOD`] from now on. Where it
    /// is called before the first session starts, the engine needs no thread.
    pub fn oversee(&self) -> Overseer {
        self.inner.watchdog.oversee()
    }

    /// Takes back the instance of a session that is at rest.
    pub(crate) fn give_back(&self, store: Store<State>, guest: Guest) {
        let loaded = &self.inner;
        if loaded.config.slots == Slots::Kept
            && let Some(pristine) = self.pristine()
        {
            loaded.spares.keep(store, guest, pristine, &loaded.page_map);
        }
    }

    /// What this engine was made for.
    pub fn config(&self) -> &EngineConfig {
        &self.inner.config
    }

    /// The calls of the host that the image imports: module and name, in the image's order, without those of the meter.
    pub fn imports(&self) -> impl Iterator<Item = (&str, &str)> {
        let imports = self.inner.imports.iter();
        imports
            .map(|(module, name)| (module.as_str(), name.as_str()))
            .filter(|import| !METER.contains(import))
    }

    /// Whether the rules on calls cover every call that the image can make.
    pub(crate) fn covered_by(&self, policy: &Policy) -> Result<(), PolicyError> {
        match &policy.calls {
            Some(calls) => Ok(calls.covers(self.imports().map(|(_, name)| name))?),
            None => Ok(()),
        }
    }

    /// The least that a session's memory may be limited to, in bytes.
    pub fn least_memory_bytes(&self) -> usize {
        self.inner.least_memory_bytes
    }

    /// A place for one more session, until it is dropped.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = Arc::clone(&self.inner.places).try_acquire_owned();
        place.map_err(|_| Error::Full {
            max_sessions: self.inner.config.max_sessions,
        })
    }

    /// The image's memory as every session begins with it; `None` if the host has no room for it.
    pub(crate) fn pristine(&self) -> Option<&Pristine> {
        let make = || {
            let made = Pristine::new(&self.inner.engine, self.inner.guest.module());
            made.inspect_err(|error| tracing::error!(%error, "no checkpoint can be taken"))
                .ok()
        };
        self.inner.pristine.get_or_init(make).as_ref()
    }

    /// Whether the image fits into `limits`.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Error> {
        let (limit, least) = (limits.memory_bytes, self.inner.least_memory_bytes);
        if limit < least {
            Err(Error::MemoryLimit { limit, least })
        } else {
            Ok(())
        }
    }

    /// The error for an instance that could not be made.
    pub(crate) fn instance_error(&self, error: &wasmtime::Error) -> Error {
        if error.is::<PoolConcurrencyLimitError>() {
            return Error::Full {
                max_sessions: self.inner.config.max_sessions,
            };
        }
        Error::Host {
            reason: format!("{error:#}"),
        }
    }
}

fn least_memory(module: &Module) -> usize {
    let memory = module
        .get_export("memory")
        .and_then(|export| export.memory().cloned());
    let bytes = memory.map_or(0, |memory| memory.minimum() * memory.page_size());
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    bytes.saturating_add(RESERVE_BYTES)
}

#[expect(
    unsafe_code,
    reason = "compiled code is trusted, which only this crate's caller can vouch for"
)]
fn load(engine: &wasmtime::Engine, image: File) -> wasmtime::Result<Module> {
    // SAFETY: `Engine::new` demands of its caller that the file come from this project's build and stay unchanged.
    unsafe { Module::deserialize_open_file(engine, image) }
}

/// Asks the kernel to read the image in large pieces, which it then maps with one page fault each. It does so only when it has to read:
/// what is in its cache stays as it was written.
#[expect(unsafe_code, reason = "advice on memory is given by its address")]
fn prefer_huge_pages(module: &Module) {
    let image = module.image_range();
    let bytes = image.end.addr() - image.start.addr();
    // SAFETY: the range is one mapping that lives as long as the module, and this advice changes neither content nor protection.
    let advised = unsafe { madvise(image.start.cast_mut().cast(), bytes, Advice::LinuxHugepage) };
    if let Err(error) = advised {
        tracing::debug!(%error, "the image is mapped in small pages");
    }
}

/// Slots for sessions: memory mapped copy-on-write from the image, given back clean.
fn pool(config: &EngineConfig) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    // One more than there are sessions, for the instance in which nothing runs.
    let instances = config.max_sessions.saturating_add(1);
    pool.total_core_instances(instances)
        // The guest's own and the meter's page.
        .total_memories(instances.saturating_mul(2))
        .max_memories_per_module(2)
        .total_tables(instances)
        .total_stacks(config.max_sessions)
        .total_component_instances(0)
        .total_gc_heaps(0)
        .async_stack_keep_resident(KEEP_STACK_BYTES)
        .max_memory_size(config.max_memory_bytes)
        .table_elements(TABLE_ELEMENTS)
        .max_unused_warm_slots(config.max_sessions.min(WARM_SLOTS))
        .table_keep_resident(TABLE_ELEMENTS * size_of::<usize>());
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        // Pages that a session wrote are copied back from the image rather than unmapped: the next one finds them mapped.
        // Without the scan, wasmtime would copy all of them, written or not.
        pool.linear_memory_keep_resident(KEEP_BYTES)
            .pagemap_scan(Enabled::Yes);
    }
    pool
}

/// Functions whose address is taken, at most; CPython has about 10,000.
const TABLE_ELEMENTS: usize = 32_768;

/// How much of what an ended session wrote stays mapped for the next one in its slot: more than all but the largest write.
const KEEP_BYTES: usize = 8 << 20;

/// How many free slots keep their memory. Protects the host's memory: each holds up to `KEEP_BYTES`.
const WARM_SLOTS: u32 = 64;

/// How much of an ended session's stack stays mapped, zeroed. The rest goes back to the kernel: a stack that one session
/// used to its depth would else hold 10 MiB for good.
const KEEP_STACK_BYTES: usize = 32 << 10;
