//! Whose turn it is: one guest runs at a time, and calls that have used little go first.
//!
//! A guest gives way after each slice, about a millisecond. If all that wait were served in the order in which they came, a hundred endless
//! loops would cost everybody a tenth of a second for each slice. So a call that has used little goes before one that has used more; and
//! each eighth turn goes to whoever has waited longest, so that nobody waits for ever.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::desk::Desk;
use super::lookout::Pulse;

/// What a call may have used to be of each level but the last. Most cells end within the first.
const LEVELS: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(32)];

/// Each turn of this number goes to whoever has waited longest.
const FAIR: u64 = 8;

/// The guests of one worker.
#[derive(Debug, Default)]
pub(super) struct Turns {
    queue: Mutex<Queue>,
    pub(super) pulse: Pulse,
}

impl Turns {
    /// Runs a call of `desk`'s session to its end, a turn at a time. Dropping it gives its turn up.
    pub(super) async fn take<F: Future>(self: &Arc<Self>, desk: &Arc<Desk>, call: F) -> F::Output {
        let mut call = pin!(call);
        let seat = Taken(Arc::new(Seat {
            turns: Arc::clone(self),
            desk: Arc::clone(desk),
            place: Mutex::new(Place::New),
            used: Mutex::default(),
        }));
        let waker = Waker::from(Arc::clone(&seat.0));
        std::future::poll_fn(|context| {
            if !seat.0.begin(context) {
                return Poll::Pending;
            }
            let begin = Instant::now();
            self.pulse.begin();
            let polled = call.as_mut().poll(&mut Context::from_waker(&waker));
            self.pulse.end();
            seat.0.end(begin.elapsed(), context);
            polled
        })
        .await
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }
}

/// A call's seat among the others. Whatever wakes the call puts it into the queue; its task is woken when it is its turn.
#[derive(Debug)]
struct Seat {
    turns: Arc<Turns>,
    desk: Arc<Desk>,
    place: Mutex<Place>,
    used: Mutex<Duration>,
}

/// Where a call is. Locked before the queue.
#[derive(Debug)]
enum Place {
    /// It has had no turn yet.
    New,
    /// It waits for something, and its task for this to wake it.
    Away(Waker),
    /// It waits for its turn.
    Queued(Ticket),
    /// It has its turn, and whether it was woken meanwhile.
    Running(bool),
}

impl Seat {
    /// Whether it is this call's turn, which then begins.
    fn begin(&self, context: &Context<'_>) -> bool {
        let mut place = lock(&self.place);
        let mut queue = self.turns.queue();
        let has_turn = match &*place {
            Place::New if queue.is_idle() => true,
            Place::New => {
                *place = Place::Queued(queue.enter(0, context.waker()));
                false
            }
            Place::Queued(ticket) => queue.begin(*ticket),
            Place::Away(_) | Place::Running(_) => false,
        };
        if has_turn {
            *place = Place::Running(false);
        }
        has_turn
    }

    /// The turn is over: the next one's begins.
    fn end(&self, used: Duration, context: &Context<'_>) {
        *lock(&self.used) += used;
        let mut place = lock(&self.place);
        let was_woken = matches!(*place, Place::Running(true));
        *place = Place::Away(context.waker().clone());
        if was_woken {
            self.enqueue(&mut place);
        }
        let mut queue = self.turns.queue();
        if queue.called.is_none() {
            queue.call_next();
        }
    }

    /// Puts a call that is away into the queue. One that was told to stop goes first.
    fn enqueue(&self, place: &mut Place) {
        let is_pressed = self.desk.is_pressed();
        let mut queue = self.turns.queue();
        match place {
            Place::Away(waker) => {
                let level = if is_pressed {
                    0
                } else {
                    level(*lock(&self.used))
                };
                *place = Place::Queued(queue.enter(level, waker));
            }
            Place::Queued(ticket) if is_pressed => *ticket = queue.prefer(*ticket),
            Place::Queued(_) | Place::New => {}
            Place::Running(is_woken) => *is_woken = true,
        }
    }
}

impl Wake for Seat {
    fn wake(self: Arc<Self>) {
        self.enqueue(&mut lock(&self.place));
    }
}

/// Gives the seat up at the call's end, wherever that comes.
struct Taken(Arc<Seat>);

impl Drop for Taken {
    fn drop(&mut self) {
        let mut place = lock(&self.0.place);
        if let Place::Queued(ticket) = *place {
            self.0.turns.queue().leave(ticket);
        }
        // Whatever wakes it from now on is late.
        *place = Place::Running(false);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn level(used: Duration) -> usize {
    LEVELS.iter().take_while(|most| used >= **most).count()
}

/// A place in the queue: its level, and when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket {
    level: usize,
    number: u64,
}

/// Who waits.
#[derive(Debug, Default)]
struct Queue {
    waiting: BTreeMap<Ticket, Waker>,
    /// Who was called and has not begun.
    called: Option<Ticket>,
    numbers: u64,
    turns: u64,
}

impl Queue {
    /// Whether nobody else wants to run.
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.called.is_none()
    }

    fn enter(&mut self, level: usize, waker: &Waker) -> Ticket {
        let number = self.numbers;
        self.numbers += 1;
        let ticket = Ticket { level, number };
        self.waiting.insert(ticket, waker.clone());
        if self.called.is_none() {
            self.call_next();
        }
        ticket
    }

    /// Lets who waits with `ticket` go before others.
    fn prefer(&mut self, ticket: Ticket) -> Ticket {
        match self.waiting.remove(&ticket) {
            Some(waker) => {
                let first = Ticket { level: 0, ..ticket };
                self.waiting.insert(first, waker);
                first
            }
            None => ticket,
        }
    }

    /// Whether it is the turn of who has `ticket`, and has begun now.
    fn begin(&mut self, ticket: Ticket) -> bool {
        self.called.take_if(|called| *called == ticket).is_some()
    }

    fn leave(&mut self, ticket: Ticket) {
        if self.waiting.remove(&ticket).is_none() && self.begin(ticket) {
            self.call_next();
        }
    }

    /// Calls whoever is next, if anybody waits.
    fn call_next(&mut self) {
        self.turns += 1;
        let next = if self.turns.is_multiple_of(FAIR) {
            self.waiting.keys().min_by_key(|ticket| ticket.number)
        } else {
            self.waiting.keys().next()
        };
        if let Some(ticket) = next.copied() {
            self.called = Some(ticket);
            if let Some(waker) = self.waiting.remove(&ticket) {
                waker.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Calls that are always ready to go on, as guests are that compute: one that comes late and needs little ends first.
    #[test]
    fn a_short_call_overtakes_long_ones() {
        let runtime = crate::worker::runtime(|| ()).expect("there is one");
        let turns = Arc::new(Turns::default());
        let desk = Arc::new(Desk::default());
        let had = Arc::new(AtomicUsize::new(0));
        let call = |slices: usize| {
            let (turns, desk, had) = (turns.clone(), desk.clone(), had.clone());
            async move {
                let work = async {
                    for _ in 0..slices {
                        had.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(LEVELS[0] / 4);
                        tokio::task::yield_now().await;
                    }
                };
                turns.take(&desk, work).await;
                had.load(Ordering::Relaxed)
            }
        };
        runtime.block_on(async {
            let long: Vec<_> = (0..5).map(|_| tokio::spawn(call(30))).collect();
            while had.load(Ordering::Relaxed) < 40 {
                tokio::task::yield_now().await;
            }
            let before = had.load(Ordering::Relaxed);
            let after = tokio::spawn(call(1)).await.expect("it ends");
            assert!(after - before <= 4, "{before} to {after} turns");
            for call in long {
                call.await.expect("it ends");
            }
        });
        assert_eq!(had.load(Ordering::Relaxed), 151);
        assert!(turns.queue().is_idle());
    }

    /// The levels of those that are called, if each of `levels` comes again when its turn is over.
    fn called(queue: &mut Queue, turns: usize) -> Vec<Ticket> {
        (0..turns)
            .map(|_| {
                let ticket = queue.called.expect("somebody is called");
                assert!(queue.begin(ticket));
                queue.enter(ticket.level, Waker::noop());
                ticket
            })
            .collect()
    }

    fn with(levels: &[usize]) -> Queue {
        let mut queue = Queue::default();
        for level in levels {
            queue.enter(*level, Waker::noop());
        }
        queue
    }

    #[test]
    fn those_that_have_used_little_go_first() {
        let mut queue = with(&[2; 100]);
        let busy = called(&mut queue, 5);
        assert!(busy.iter().map(|ticket| ticket.number).eq(0..5));
        let newcomer = queue.enter(0, Waker::noop());
        // One was called before it came; at most one more goes by the other rule.
        let turns = called(&mut queue, 3);
        assert!(turns.contains(&newcomer), "{turns:?}");
    }

    #[test]
    fn nobody_waits_for_ever() {
        let mut queue = with(&[2, 2, 1, 0, 0]);
        let turns = called(&mut queue, 800);
        let of = |level| turns.iter().filter(|ticket| ticket.level == level).count();
        assert!(of(2) >= 20 && of(1) >= 10 && of(0) >= 600, "{turns:?}");
    }

    #[test]
    fn who_is_told_to_stop_goes_first() {
        let mut queue = with(&[2; 100]);
        let last = Ticket {
            level: 2,
            number: 99,
        };
        let first = queue.prefer(last);
        let turns = called(&mut queue, 3);
        assert!(turns.contains(&first), "{turns:?}");
    }

    #[test]
    fn a_turn_that_is_given_up_goes_to_the_next() {
        let mut queue = with(&[1, 1, 1]);
        let ticket = queue.called.expect("somebody is called");
        queue.leave(ticket);
        let next = queue.called.expect("somebody is called");
        assert_eq!(next.number, ticket.number + 1);
        queue.leave(Ticket {
            level: 1,
            number: 2,
        });
        queue.leave(next);
        assert!(queue.is_idle());
    }

    #[test]
    fn levels_rise_with_use() {
        let levels = [0, 1, 2, 31, 32, 1_000].map(|ms| level(Duration::from_millis(ms)));
        assert_eq!(levels, [0, 0, 1, 1, 2, 2]);
    }
}
