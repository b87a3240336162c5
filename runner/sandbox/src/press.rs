//! What a press of the interrupt key means, when it is not the first.
//!
//! The first raises `KeyboardInterrupt`, and a program may catch it and go on for as long as it likes, as under `python`. Whoever
//! presses again, in a call that can be taken back, wants it to end: the program sees a second `KeyboardInterrupt` and has its grace to
//! end by itself; then, or at a third press, the call is stopped and the session goes back to its state before it. A program that never
//! looked at the first is stopped at the second. One that asks the reader for input has listened, and the count begins anew.

use std::time::{Duration, Instant};

/// A press sooner than this after another is the same press: a key held down, or a button clicked twice.
pub(crate) const SAME_PRESS: Duration = Duration::from_millis(400);

/// The press that stops a call at once.
const FORCED: u32 = 3;

/// The presses during one call.
#[derive(Debug, Default)]
pub(crate) struct Presses {
    count: u32,
    last: Option<Instant>,
}

/// What is asked of the call by now. The order is that of insistence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Insistence {
    /// It may go on when it has handled the interrupt.
    Asked,
    /// It has to end within its grace.
    Insisted,
    /// It has to end at once.
    Forced,
}

impl Presses {
    /// Counts a press at `now`; false if it is one with the last.
    pub(crate) fn press(&mut self, now: Instant) -> bool {
        if self.last.is_some_and(|last| now < last + SAME_PRESS) {
            return false;
        }
        self.last = Some(now);
        self.count += 1;
        true
    }

    /// The program asks the reader for input, or a new call begins.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The program never looked at the press before this one.
    pub(crate) fn force(&mut self) {
        self.count = self.count.max(FORCED);
    }

    pub(crate) fn insistence(&self) -> Insistence {
        match self.count {
            0 | 1 => Insistence::Asked,
            ..FORCED => Insistence::Insisted,
            FORCED.. => Insistence::Forced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(presses_ms: &[u64], counted: usize, expected: Insistence) {
        let began = Instant::now();
        let mut presses = Presses::default();
        let times = presses_ms
            .iter()
            .map(|ms| began + Duration::from_millis(*ms));
        assert_eq!(times.filter(|time| presses.press(*time)).count(), counted);
        assert_eq!(presses.insistence(), expected);
    }

    #[test]
    fn each_press_insists_more() {
        check(&[], 0, Insistence::Asked);
        check(&[0], 1, Insistence::Asked);
        check(&[0, 500], 2, Insistence::Insisted);
        check(&[0, 100_000], 2, Insistence::Insisted);
        check(&[0, 500, 1000], 3, Insistence::Forced);
    }

    #[test]
    fn a_key_held_down_is_one_press() {
        check(&[0, 30, 60, 399], 1, Insistence::Asked);
        check(&[0, 30, 430], 2, Insistence::Insisted);
    }

    #[test]
    fn a_program_that_asks_for_input_has_listened() {
        let mut presses = Presses::default();
        let now = Instant::now();
        presses.press(now);
        presses.forget();
        presses.press(now);
        assert_eq!(presses.insistence(), Insistence::Asked);
    }
}
