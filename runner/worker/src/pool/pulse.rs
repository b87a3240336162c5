//! Whether a worker is still there: one that is stopped, or hangs, closes no socket.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many questions in a row a worker may leave unanswered. Each has its own time, which begins when it is asked: that this process was
/// itself stopped, or its machine asleep, makes for one missed answer at most.
const MOST_MISSED: u32 = 5;

/// A worker's signs of life.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    is_felt: AtomicBool,
}

impl Pulse {
    /// The worker has said something.
    pub(super) fn feel(&self) {
        self.is_felt.store(true, Ordering::Relaxed);
    }

    /// Asks again and again; comes back when there was no sign of life for `silence`.
    pub(super) async fn lost(&self, silence: Duration, ask: impl Fn()) {
        let mut missed = 0;
        while missed < MOST_MISSED {
            self.is_felt.store(false, Ordering::Relaxed);
            ask();
            tokio::time::sleep(silence / MOST_MISSED).await;
            missed = match self.is_felt.load(Ordering::Relaxed) {
                true => 0,
                false => missed + 1,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use super::*;

    const SILENCE: Duration = Duration::from_millis(50);

    /// How often a worker is asked that answers so often and no more, by a supervisor that does not run for a while after each question.
    fn asked(answers: u32, absence: Duration) -> u32 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let asked = AtomicU32::new(0);
        let pulse = Arc::new(Pulse::default());
        runtime.block_on(pulse.lost(SILENCE, || {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(absence);
            if number < answers {
                // It comes when this process runs again.
                let pulse = Arc::clone(&pulse);
                runtime.spawn(async move { pulse.feel() });
            }
        }));
        asked.into_inner()
    }

    #[test]
    fn a_silent_worker_is_given_up() {
        assert_eq!(asked(0, Duration::ZERO), MOST_MISSED);
    }

    #[test]
    fn one_that_answers_is_not() {
        assert_eq!(asked(20, Duration::ZERO), 20 + MOST_MISSED);
    }

    #[test]
    fn time_in_which_nobody_could_listen_does_not_count() {
        assert_eq!(asked(3, 2 * SILENCE), 3 + MOST_MISSED);
    }
}
