//! Waiting with open eyes: who sleeps is woken some fifty microseconds late where the processor sleeps, too, which is about what a small call takes.
//!
//! So who waits for a call's answer looks for it again and again, for a short while, and gives way in between. That takes a processor, so it
//! is done only while fewer calls run than there are processors: each of them needs one in its worker.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a call is waited for with open eyes, all in all: most small ones take less.
const MOST: Duration = Duration::from_micros(300);

/// How often it is looked before another task has its turn: some ten microseconds.
const LOOKS: u32 = 16;

/// The calls that run, of all pools: they share the processors.
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// What is left of the time in which a call is waited for with open eyes. The call counts as running as long as it lives.
#[derive(Debug)]
pub(super) struct Vigil {
    left: Duration,
}

impl Vigil {
    pub(super) fn begin() -> Self {
        CALLS.fetch_add(1, Ordering::Relaxed);
        Self { left: MOST }
    }

    /// The answer is about to come.
    pub(super) fn renew(&mut self) {
        self.left = MOST;
    }

    /// Looks until there is something, or time is up.
    pub(super) async fn look<T>(&mut self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        let start = Instant::now();
        let end = start + self.left;
        let mut now = start;
        let mut found = look();
        let mut looks = 0;
        while found.is_none() && now < end && is_room() {
            // To other processes; and, as that takes longer than looking does, now and then to other tasks of this one.
            thread::yield_now();
            looks += 1;
            if looks % LOOKS == 0 {
                tokio::task::yield_now().await;
            }
            found = look();
            now = Instant::now();
        }
        self.left = self.left.saturating_sub(now - start);
        found
    }
}

impl Drop for Vigil {
    fn drop(&mut self) {
        CALLS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether there is a processor that no call needs.
fn is_room() -> bool {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    let count = || thread::available_parallelism().map_or(1, usize::from);
    CALLS.load(Ordering::Relaxed) < *PROCESSORS.get_or_init(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often it is looked when nothing comes.
    async fn looks(vigil: &mut Vigil) -> u32 {
        let mut looks = 0;
        let look = || {
            looks += 1;
            None::<()>
        };
        assert_eq!(vigil.look(look).await, None);
        looks
    }

    #[tokio::test]
    async fn time_is_up_once_for_each_call() {
        let mut vigil = Vigil::begin();
        looks(&mut vigil).await;
        if vigil.left.is_zero() {
            assert_eq!(looks(&mut vigil).await, 1);
        }
        let busy: Vec<Vigil> = (0..1_000).map(|_| Vigil::begin()).collect();
        vigil.renew();
        // All processors have something to do.
        assert_eq!(looks(&mut vigil).await, 1);
        assert_eq!(vigil.look(|| Some(7)).await, Some(7));
        drop(busy);
    }
}
