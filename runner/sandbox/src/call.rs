//! One call of a guest's export, from the bytes that go in to the report that comes out.

use std::time::{Duration, Instant};

use wasmtime::{Result, Store};

use crate::cpu::Cpu;
use crate::drive::{Driven, drive};
use crate::ending::{self, Entry, Facts};
use crate::engine::Engine;
use crate::guest::Guest;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::outcome::{Outcome, Report};
use crate::signals::Cause;
use crate::state::State;

/// Which export to call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call {
    Begin,
    /// A request of the host's own, as part of beginning.
    Prepare,
    Execute {
        flags: u32,
    },
    Run,
    Request,
    InterruptBlock,
}

/// A call that has ended.
pub(crate) struct Ended {
    store: Store<State>,
    how: How,
    fuel: u64,
    wall: Duration,
    waited: Duration,
    cpu: Duration,
}

/// How it ended, before that becomes an outcome.
enum How {
    Returned(i32),
    /// The guest had no memory for its input.
    NoRoom,
    Failed(wasmtime::Error),
    Stopped(Outcome),
}

/// What beginning may cost, however little a cell may: no code of the user's runs in it.
const BEGIN_FUEL: u64 = 1_000_000_000;

/// How long beginning may take, likewise.
const BEGIN_MS: u64 = 10_000;

impl Call {
    /// The limits of this call in a session of `limits`.
    pub(crate) fn limits(self, limits: &Limits) -> Limits {
        match self {
            Self::Begin | Self::Prepare | Self::InterruptBlock => Limits {
                fuel: limits.fuel.max(BEGIN_FUEL),
                deadline_ms: limits.deadline_ms.max(BEGIN_MS),
                ..limits.clone()
            },
            Self::Execute { .. } | Self::Run | Self::Request => limits.clone(),
        }
    }

    /// Calls the export with `input` in the guest's buffer.
    pub(crate) async fn run(
        self,
        input: &[u8],
        mut store: Store<State>,
        guest: &Guest,
        limits: &Limits,
        engine: &Engine,
    ) -> Result<Ended> {
        let began = Instant::now();
        let signals = store.data().signals.clone();
        store.data_mut().begin_call(limits);
        let mut meter = Meter::new(guest.fuel, guest.control);
        meter.fill(&mut store, limits.fuel)?;
        store.data_mut().meter = Some(meter);
        signals.open(Duration::from_millis(limits.grace_ms));
        // Declared after the store, so dropped before it.
        let watched = engine
            .inner
            .watchdog
            .watch(meter.floor(&mut store), signals.clone())?;
        let cpu = Cpu::default();
        let calling = cpu.count(self.enter(input, &mut store, guest));
        let (driven, waited) = drive(calling, &signals, limits, engine.config().turn_ms).await;
        drop(watched);
        let reason = signals.reason();
        signals.close();
        let meter = store.data().meter.unwrap_or(meter);
        if meter.is_spent(&mut store)? {
            // It may have come to its end without a safe point: the limit holds all the same.
            signals.note_told(Cause::Fuel);
        }
        if let (Some(block), Some(_)) = (store.data().block, signals.told()) {
            block.clear(guest.memory, &mut store);
        }
        let how = match driven {
            Driven::Done(Ok(Some(value))) => How::Returned(value),
            Driven::Done(Ok(None)) => How::NoRoom,
            Driven::Done(Err(error)) if error.is::<wasmtime::PoolConcurrencyLimitError>() => {
                return Err(error);
            }
            Driven::Done(Err(_)) if signals.is_stopped() => How::Stopped(ending::stopped(reason)),
            Driven::Done(Err(_)) if meter.is_overdrawn(&mut store)? => {
                How::Stopped(Outcome::OutOfFuel)
            }
            Driven::Done(Err(error)) => How::Failed(error),
            Driven::Stopped(cause) => How::Stopped(ending::stopped(cause)),
        };
        let fuel = meter.used(&mut store)?;
        store.data_mut().clocks.end_call(fuel);
        Ok(Ended {
            store,
            how,
            fuel,
            wall: began.elapsed(),
            waited,
            cpu: cpu.spent(),
        })
    }

    /// The guest's part: `None` if it has no room for the input.
    async fn enter(
        self,
        input: &[u8],
        store: &mut Store<State>,
        guest: &Guest,
    ) -> Result<Option<i32>> {
        if let Self::InterruptBlock = self {
            let address = guest.interrupt_block.call_async(store, ()).await?;
            return Ok(Some(address.cast_signed()));
        }
        let Ok(len) = u32::try_from(input.len()) else {
            return Ok(None);
        };
        let buffer = guest.buffer.call_async(&mut *store, len).await?;
        if buffer == 0 {
            return Ok(None);
        }
        guest
            .memory
            .write(&mut *store, usize::try_from(buffer)?, input)?;
        let value = match self {
            Self::Begin => guest.begin.call_async(store, len).await?,
            Self::Execute { flags } => guest.execute.call_async(store, (len, flags)).await?,
            Self::Run => guest.run.call_async(store, len).await?,
            Self::Prepare | Self::Request => guest.call.call_async(store, len).await?,
            Self::InterruptBlock => unreachable!("it takes no input"),
        };
        Ok(Some(value))
    }
}

impl Ended {
    /// What the export returned, if it did.
    pub(crate) fn value(&self) -> Option<i32> {
        match self.how {
            How::Returned(value) => Some(value),
            How::NoRoom | How::Failed(_) | How::Stopped(_) => None,
        }
    }

    /// The reply that the guest gave.
    pub(crate) fn take_reply(&mut self) -> Option<String> {
        self.store.data_mut().heard.reply.take()
    }

    pub(crate) fn into_store(self) -> Store<State> {
        self.store
    }

    /// Tells how it ended, and gives the store back: whole if the report says that the session is alive, fit to be dropped otherwise.
    pub(crate) fn report(self, entry: Entry) -> (Report, Store<State>) {
        let state = self.store.data();
        let facts = Facts {
            told: state.signals.told(),
            refused: state.growth.refused,
            host_is_full: state.tally.host_is_full,
            heard: &state.heard,
        };
        let (outcome, alive) = match self.how {
            How::Returned(value) => ending::returned(entry, value, facts),
            How::NoRoom => (Outcome::OutOfMemory, entry == Entry::Execute),
            How::Failed(error) => {
                tracing::debug!(?error, "the guest failed");
                (ending::failed(&error), false)
            }
            How::Stopped(outcome) => (outcome, false),
        };
        let memory_bytes = state
            .memory
            .map_or(0, |memory| memory.data_size(&self.store));
        let report = Report {
            outcome,
            fuel: self.fuel,
            wall_us: micros(self.wall),
            waited_us: micros(self.waited),
            cpu_us: micros(self.cpu),
            host_calls: state.tally.host_calls,
            input_bytes: state.tally.input_bytes,
            output_bytes: state.output.passed,
            dropped_bytes: state.output.dropped,
            dropped_lines: state.output.dropped_lines,
            memory_bytes,
            memory_refused: state.growth.refused,
            alive,
            restored: false,
            checkpoint_bytes: None,
        };
        (report, self.store)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
