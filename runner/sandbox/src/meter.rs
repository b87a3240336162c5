//! Metering: all that the host knows of fuel, in one place.
//!
//! The image counts its own work (crate `croquant-meter`): a global counts down, by slices of about a millisecond. Below zero the
//! guest's interpreter calls the import `slice` at its next safe point, where the host gives way to other sessions, looks at the limits
//! and grants the next slice. What never comes to a safe point traps below the *floor*: when the budget and its reserve are used up, or
//! when the host lifts the floor from another thread ([`Floor::stop`]).

use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};

use wasmtime::{AsContextMut, Global, Memory, Result, Val, bail};

/// Units between two slices. Protects other sessions' response time: just under a millisecond, at about ten units a nanosecond.
const SLICE: i64 = 8_000_000;

/// What a guest may use after it was asked to stop: an exception's way out, handlers, and a traceback, which costs half a
/// million units for each of its up to a thousand frames.
const RESERVE: i64 = 1_000_000_000;

/// More fuel than this is not kept apart: centuries of it, and the sums stay within 64 bits.
const MOST: u64 = 1 << 60;

/// What a call of the host costs besides the bytes that it moves.
pub(crate) const HOST_CALL: u64 = 200;

/// The meter of one session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter {
    /// What is left of the slice; below zero if the guest is overdue.
    fuel: Global,
    /// The memory with the floor.
    control: Memory,
    /// What this call may use.
    budget: i64,
    /// What it has been granted: the slices so far.
    granted: i64,
}

impl Meter {
    pub(crate) fn new(fuel: Global, control: Memory) -> Self {
        Self {
            fuel,
            control,
            budget: 0,
            granted: 0,
        }
    }

    /// Begins a call that may use `budget` units.
    pub(crate) fn fill(&mut self, mut context: impl AsContextMut, budget: u64) -> Result<()> {
        self.budget = budget.min(MOST).cast_signed();
        self.granted = SLICE.min(self.budget);
        self.fuel.set(&mut context, Val::I64(self.granted))?;
        let floor = self.granted - self.budget - RESERVE;
        self.floor(context).word().store(floor, Ordering::SeqCst);
        Ok(())
    }

    /// Grants the next slice. Slices follow one another at fixed counts, whatever the clock says, so the same work always
    /// costs the same.
    pub(crate) fn grant(&mut self, mut context: impl AsContextMut) -> Result<()> {
        let left = self.left(&mut context)?;
        // As many as bring the guest back above zero: one, unless it was overdue.
        let wanted = (SLICE - left.min(0)) / SLICE * SLICE;
        let most = if self.granted < self.budget {
            self.budget
        } else {
            self.budget + RESERVE
        };
        let granted = most.min(self.granted + wanted);
        self.fuel
            .set(&mut context, Val::I64(left + granted - self.granted))?;
        self.granted = granted;
        let floor = granted - self.budget - RESERVE;
        self.floor(context).lower(floor);
        Ok(())
    }

    /// Charges the guest for work that the host does for it.
    pub(crate) fn charge(&self, mut context: impl AsContextMut, units: u64) -> Result<()> {
        let left = self.left(&mut context)?;
        let left = left.saturating_sub(units.min(MOST).cast_signed());
        self.fuel.set(&mut context, Val::I64(left))
    }

    /// What the call has used so far, exactly.
    pub(crate) fn used(&self, context: impl AsContextMut) -> Result<u64> {
        let used = self.granted.saturating_sub(self.left(context)?);
        Ok(used.max(0).cast_unsigned())
    }

    /// Whether more than the budget is used.
    pub(crate) fn is_spent(&self, context: impl AsContextMut) -> Result<bool> {
        Ok(self.used(context)? > self.budget.cast_unsigned())
    }

    /// Whether the reserve is used up, too: then the guest trapped for want of fuel.
    pub(crate) fn is_overdrawn(&self, context: impl AsContextMut) -> Result<bool> {
        Ok(self.used(context)? > (self.budget + RESERVE).cast_unsigned())
    }

    /// The floor of this session's guest.
    pub(crate) fn floor(&self, mut context: impl AsContextMut) -> Floor {
        let page = self.control.data_mut(&mut context);
        Floor(AtomicPtr::new(page.as_mut_ptr().cast()))
    }

    fn left(&self, mut context: impl AsContextMut) -> Result<i64> {
        match self.fuel.get(&mut context) {
            Val::I64(left) => Ok(left),
            _ => bail!("the guest's count of fuel is no number"),
        }
    }
}

/// The count below which a guest traps, for as long as its store lives. It lies in a memory of its own that no pointer of the guest
/// reaches.
#[derive(Debug)]
pub(crate) struct Floor(AtomicPtr<i64>);

impl Floor {
    /// Stops a running guest, from any thread: it traps when its slice is over.
    pub(crate) fn stop(&self) {
        self.word().store(i64::MAX, Ordering::SeqCst);
    }

    /// Sets the floor of a guest that was not stopped meanwhile.
    fn lower(&self, floor: i64) {
        let unless_stopped = |now| (now != i64::MAX).then_some(floor);
        let _ = self
            .word()
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, unless_stopped);
    }

    #[expect(
        unsafe_code,
        reason = "wasmtime lends no memory to another thread than the one that runs the guest"
    )]
    fn word(&self) -> &AtomicI64 {
        // SAFETY: the pointer is the start of the guest's control memory: one page, so large enough and aligned, that neither moves
        // nor shrinks while its store lives. A `Floor` is used within a call only: by the host calls themselves, and by the
        // watchdog, whose list a call leaves before its store is dropped. Nobody holds a Rust reference into this memory: the
        // only one ever made is the one in `Meter::floor`, gone before this. Compiled code reads it with plain loads, which Rust's
        // rules do not cover; on all our machines an aligned load of eight bytes is whole.
        unsafe { AtomicI64::from_ptr(self.0.load(Ordering::Relaxed)) }
    }
}
