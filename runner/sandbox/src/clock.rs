//! A session's clocks: the host's own, moved, or standing still.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What a session's clocks show. Granted by [`Policy::clock`](crate::Policy::clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Clock {
    /// The host's time of day, and a monotonic clock that begins with the session.
    #[default]
    Real,
    /// The host's time of day moved by so many nanoseconds, and a real monotonic clock. It never shows a time before 1970.
    Offset(i64),
    /// Virtual time, the same in every run. The time of day stands at so many nanoseconds after 1970, at most 2^62 (the
    /// year 2116); the monotonic and processor clocks count the guest's own work, ten units of fuel a nanosecond, so
    /// that what measures itself or waits in a loop comes to an end. A sleep takes no time and moves every clock by
    /// its length, in whole microseconds.
    Frozen(u64),
}

impl Clock {
    /// The latest time that [`Clock::Frozen`] takes, in nanoseconds after 1970: leaves room to sleep in.
    pub const LATEST_NS: u64 = 1 << 62;
}

/// The greatest time that a clock shows: CPython counts nanoseconds in 63 bits.
const END_NS: u64 = i64::MAX.cast_unsigned();

/// CPython asks for a sleep less the work since it was called for; rounded up, `time.sleep(1)` is a second.
const SLEEP_NS: u64 = 1_000;

/// Units of fuel in a nanosecond of virtual time.
const UNITS_PER_NS: u64 = 10;

/// The clocks of one session.
#[derive(Debug, Clone)]
pub(crate) struct Clocks {
    clock: Clock,
    began: Instant,
    /// Nanoseconds of the monotonic clock before that: of a session that slept since.
    before_ns: u64,
    /// Virtual time that was slept through, in nanoseconds.
    slept_ns: u64,
    /// Fuel of the calls that have ended.
    worked: u64,
}

/// Where a session's clocks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reading {
    monotonic_ns: u64,
    slept_ns: u64,
    worked: u64,
}

impl Clocks {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            began: Instant::now(),
            before_ns: 0,
            slept_ns: 0,
            worked: 0,
        }
    }

    /// Where these clocks stand, to be written down.
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            monotonic_ns: match self.clock {
                Clock::Real | Clock::Offset(_) => self.real_ns(),
                // Real time leaves no trace in a session that does not see it.
                Clock::Frozen(_) => self.before_ns,
            },
            slept_ns: self.slept_ns,
            worked: self.worked,
        }
    }

    /// Clocks that go on from `reading`. The time in between has passed for no clock but the time of day.
    pub(crate) fn go_on(clock: Clock, reading: Reading) -> Self {
        Self {
            clock,
            began: Instant::now(),
            before_ns: reading.monotonic_ns,
            slept_ns: reading.slept_ns,
            worked: reading.worked,
        }
    }

    /// Time of this session, not of the host.
    fn real_ns(&self) -> u64 {
        self.before_ns
            .saturating_add(nanoseconds(self.began.elapsed()))
    }

    /// Nanoseconds since 1970.
    pub(crate) fn wall_ns(&self) -> u64 {
        let time = match self.clock {
            Clock::Real => host_ns(),
            Clock::Offset(offset) => host_ns().saturating_add_signed(offset),
            Clock::Frozen(start) => start.saturating_add(self.slept_ns),
        };
        time.min(END_NS)
    }

    /// Nanoseconds of the monotonic clock, and of the processor's; `fuel` is what the call that runs has used.
    pub(crate) fn monotonic_ns(&self, fuel: u64) -> u64 {
        let time = match self.clock {
            Clock::Real | Clock::Offset(_) => self.real_ns(),
            Clock::Frozen(_) => {
                let work = self.worked.saturating_add(fuel);
                (work / UNITS_PER_NS).saturating_add(self.slept_ns)
            }
        };
        time.min(END_NS)
    }

    /// Sleeps in virtual time; false if time is real, and has to be waited for.
    pub(crate) fn skip(&mut self, ns: u64) -> bool {
        let Clock::Frozen(_) = self.clock else {
            return false;
        };
        let whole = ns.div_ceil(SLEEP_NS).saturating_mul(SLEEP_NS);
        self.slept_ns = self.slept_ns.saturating_add(whole);
        true
    }

    /// Notes that a call has ended and used `fuel`.
    pub(crate) fn end_call(&mut self, fuel: u64) {
        self.worked = self.worked.saturating_add(fuel);
    }
}

fn host_ns() -> u64 {
    nanoseconds(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default(),
    )
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_NS: u64 = 3_600_000_000_000;

    #[test]
    fn clocks_go_on_where_they_stood() {
        let mut clocks = Clocks::new(Clock::Frozen(5));
        clocks.end_call(100);
        clocks.skip(2_000);
        let later = Clocks::go_on(Clock::Frozen(5), clocks.reading());
        assert_eq!(later.wall_ns(), clocks.wall_ns());
        assert_eq!(later.monotonic_ns(70), clocks.monotonic_ns(70));
        let reading = Reading {
            monotonic_ns: HOUR_NS,
            ..Clocks::new(Clock::Real).reading()
        };
        let later = Clocks::go_on(Clock::Real, reading).monotonic_ns(0);
        assert!((HOUR_NS..2 * HOUR_NS).contains(&later));
    }

    #[test]
    fn frozen_time_moves_by_sleep_and_work_alone() {
        let mut clocks = Clocks::new(Clock::Frozen(5));
        assert_eq!((clocks.wall_ns(), clocks.monotonic_ns(0)), (5, 0));
        assert_eq!((clocks.wall_ns(), clocks.monotonic_ns(70)), (5, 7));
        clocks.end_call(100);
        assert!(clocks.skip(999));
        assert_eq!((clocks.wall_ns(), clocks.monotonic_ns(70)), (1_005, 1_017));
    }

    #[test]
    fn no_sleep_is_too_long() {
        let mut clocks = Clocks::new(Clock::Frozen(Clock::LATEST_NS));
        assert!(clocks.skip(u64::MAX) && clocks.skip(u64::MAX));
        assert_eq!(clocks.wall_ns(), END_NS);
        assert_eq!(clocks.monotonic_ns(u64::MAX), END_NS);
    }

    #[test]
    fn an_offset_moves_the_time_of_day_only() {
        let offset = |ns| Clocks::new(Clock::Offset(ns));
        let hour = HOUR_NS.cast_signed();
        assert!(offset(hour).wall_ns() > host_ns() + HOUR_NS / 2);
        assert!(offset(-hour).wall_ns() < host_ns() - HOUR_NS / 2);
        assert_eq!(offset(i64::MIN).wall_ns(), 0);
        assert_eq!(offset(i64::MAX).wall_ns(), END_NS);
        assert!(offset(hour).monotonic_ns(u64::MAX) < HOUR_NS);
        assert!(!offset(hour).skip(1));
    }
}
