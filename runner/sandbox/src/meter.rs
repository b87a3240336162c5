//! Metering: all that is known of fuel, in one place. Today it is wasmtime's own.
//!
//! Two uses: a budget for each call, and a tick about every millisecond at which a computing guest gives way to the
//! host. The budget ends softly first: at its end the guest is asked to stop, and has a reserve for an orderly end;
//! past the reserve it traps.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use wasmtime::{AsContext, Config, Result, Store};

/// Units between two ticks. Protects other sessions' response time: just under a millisecond, at about ten units a nanosecond.
const SLICE: u64 = 8_000_000;

/// What a guest may use after it was asked to stop: an exception's way out, handlers, and a traceback, which costs half a
/// million units for each of its up to a thousand frames.
const RESERVE: u64 = 1_000_000_000;

/// More fuel than this is not kept apart: centuries of it, and the sums stay within 64 bits.
const MOST: u64 = 1 << 60;

/// What a call of the host costs besides the bytes that it moves.
pub(crate) const HOST_CALL: u64 = 200;

/// Makes compiled code count fuel. Bulk memory operations are charged by the byte.
pub(crate) fn configure(config: &mut Config) {
    config.consume_fuel(true);
}

/// Makes a new store tick.
pub(crate) fn prepare<T: 'static>(store: &mut Store<T>) -> Result<()> {
    store.fuel_async_yield_interval(Some(SLICE))
}

/// What is left of a call's budget, the reserve not included. Never refilled during a call: that would shift the ticks.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    left: AtomicI64,
    /// What the host was charged with, which the store does not know of.
    charged: AtomicU64,
}

/// How a budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// There is some left.
    Enough,
    /// It is used up; the reserve is not.
    Spent,
    /// The reserve is used up, too.
    Overdrawn,
}

impl Gauge {
    /// Fills the store for a call of at most `budget`.
    pub(crate) fn fill<T: 'static>(&self, store: &mut Store<T>, budget: u64) -> Result<()> {
        let budget = budget.min(MOST);
        self.left.store(budget.cast_signed(), Ordering::Relaxed);
        self.charged.store(0, Ordering::Relaxed);
        store.set_fuel(budget + RESERVE)
    }

    /// Counts a tick of the guest.
    pub(crate) fn tick(&self) {
        self.left.fetch_sub(SLICE.cast_signed(), Ordering::Relaxed);
    }

    /// Charges the guest for work that the host does for it.
    pub(crate) fn charge(&self, units: u64) {
        self.left
            .fetch_sub(units.min(MOST).cast_signed(), Ordering::Relaxed);
        self.charged.fetch_add(units, Ordering::Relaxed);
    }

    /// How the budget stands: exact to a tick, unless single bulk operations cost more than one.
    pub(crate) fn level(&self) -> Level {
        match self.left.load(Ordering::Relaxed) {
            1.. => Level::Enough,
            left if left > -RESERVE.cast_signed() => Level::Spent,
            _ => Level::Overdrawn,
        }
    }

    /// What a call that was given `budget` has used, exactly.
    pub(crate) fn used(&self, context: impl AsContext, budget: u64) -> Result<u64> {
        let left = context.as_context().get_fuel()?;
        let by_guest = (budget.min(MOST) + RESERVE).saturating_sub(left);
        Ok(by_guest + self.charged.load(Ordering::Relaxed))
    }
}
