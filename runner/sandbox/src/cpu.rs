//! Processor time of one call.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// The processor time that polling a future took, on whatever threads.
#[derive(Debug, Default)]
pub(crate) struct Cpu {
    ns: AtomicU64,
}

impl Cpu {
    /// Runs `future`, counting.
    pub(crate) async fn count<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            let before = thread_time();
            let polled = future.as_mut().poll(context);
            let spent = thread_time().saturating_sub(before);
            let ns = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
            self.ns.fetch_add(ns, Ordering::Relaxed);
            polled
        })
        .await
    }

    /// What was counted so far.
    pub(crate) fn spent(&self) -> Duration {
        Duration::from_nanos(self.ns.load(Ordering::Relaxed))
    }
}

/// This thread's processor time: none where the system does not tell it.
fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_costs_nothing_and_work_does() {
        let (asleep, busy) = (Cpu::default(), Cpu::default());
        asleep
            .count(tokio::time::sleep(Duration::from_millis(50)))
            .await;
        let sum = busy.count(async { (0..10_000_000_u64).map(std::hint::black_box).sum::<u64>() });
        assert!(sum.await > 0);
        assert!(asleep.spent() < busy.spent(), "{asleep:?} {busy:?}");
    }
}
