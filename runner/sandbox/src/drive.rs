//! Driving a call: the one place that polls the guest, and that decides when it has to stop.
//!
//! A guest that computes is suspended after every slice of the meter, about each millisecond; a guest that waits is
//! suspended in a host call. Each time, the limits are looked at here. A guest that has to stop is asked first; it sees a
//! `KeyboardInterrupt`. After a grace period it is dropped where it stands; if it does not even come to stand, the watchdog
//! stops it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use crate::limits::Limits;
use crate::press::Insistence;
use crate::signals::{Cause, Signals, Waiting};

/// How a driven call ended.
pub(crate) enum Driven<T> {
    /// It returned or trapped.
    Done(T),
    /// It would not stop and has to be dropped; the cause, or `None` if it was killed.
    Stopped(Option<Cause>),
}

/// Drives `call` to its end, and tells how long it waited for input. It may keep the thread for `turn_ms` at once.
pub(crate) async fn drive<F: Future>(
    call: F,
    signals: &Signals,
    limits: &Limits,
    turn_ms: u64,
) -> (Driven<F::Output>, Duration) {
    let mut call = std::pin::pin!(call);
    let mut watch = Watch::new(signals, limits, millis(turn_ms));
    let driven = std::future::poll_fn(|context| watch.poll(call.as_mut(), context)).await;
    (driven, watch.waited)
}

/// The clock and the stop order of one call.
struct Watch<'a> {
    signals: &'a Signals,
    limits: &'a Limits,
    turn: Duration,
    started: Instant,
    /// Time spent waiting for input, which the deadline does not count.
    waited: Duration,
    input: Option<InputWait>,
    /// What the guest was asked to do, and when its grace ends.
    stopping: Option<(Cause, Instant)>,
    /// Whether a wish waited, and how often the guest had been told one, when that was last looked at. An interrupt that
    /// comes or is told again begins a new grace: it has to be seen again.
    asked: bool,
    tellings: u64,
    timer: Option<Pin<Box<Sleep>>>,
}

/// A wait for input that lasts.
struct InputWait {
    /// Which of the session's waits it is.
    number: u64,
    began: Instant,
    /// Up to when it was added to `Watch::waited`.
    counted: Instant,
}

impl<'a> Watch<'a> {
    fn new(signals: &'a Signals, limits: &'a Limits, turn: Duration) -> Self {
        Self {
            signals,
            limits,
            turn,
            started: Instant::now(),
            waited: Duration::ZERO,
            input: None,
            stopping: None,
            asked: false,
            tellings: signals.tellings(),
            timer: None,
        }
    }

    fn poll<F: Future>(
        &mut self,
        call: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<Driven<F::Output>> {
        // Registered before anything is looked at, so that no wish is missed.
        self.signals.register(context);
        let now = Instant::now();
        if let Some(stop) = self.look(now) {
            return Poll::Ready(Driven::Stopped(stop));
        }
        let end = match self.stopping {
            Some((_, end)) => end,
            None => self.deadline() + millis(self.limits.grace_ms),
        };
        self.signals.arm(now, end.min(now + self.turn));
        let polled = call.poll(context);
        self.signals.disarm();
        if let Poll::Ready(output) = polled {
            return Poll::Ready(Driven::Done(output));
        }
        let now = Instant::now();
        match self.signals.waiting() {
            Waiting::No | Waiting::Host => self.input = None,
            Waiting::Input => {
                let number = self.signals.wait_number();
                if self.input.as_ref().is_none_or(|wait| wait.number != number) {
                    self.input = Some(InputWait {
                        number,
                        began: now,
                        counted: now,
                    });
                }
            }
        }
        if self.signals.waiting() != Waiting::No {
            self.set_timer(now, context);
        }
        Poll::Pending
    }

    /// Looks at the clock and the wishes; `Some` if the guest has to be dropped.
    fn look(&mut self, now: Instant) -> Option<Option<Cause>> {
        if self.signals.is_killed() {
            return Some(None);
        }
        if let Some(wait) = &mut self.input {
            self.waited += now - wait.counted;
            wait.counted = now;
            if now - wait.began >= millis(self.limits.input_idle_ms) {
                self.signals.ask(Cause::InputIdle);
            }
        }
        if self.signals.told() < Some(Cause::Deadline) && now >= self.deadline() {
            self.signals.ask(Cause::Deadline);
        }
        let asked = self.signals.asked();
        let tellings = self.signals.tellings();
        let is_new = asked.is_some() && !self.asked || tellings != self.tellings;
        self.asked = asked.is_some();
        self.tellings = tellings;
        if let Some(cause) = asked.max(self.signals.told()) {
            let begins = match self.stopping {
                None => cause != Cause::Interrupt || is_new,
                Some((known, _)) if known == cause => cause == Cause::Interrupt && is_new,
                Some((known, _)) => known < cause,
            };
            if begins {
                self.stopping = Some((cause, now + millis(self.limits.grace_ms)));
            }
        }
        let (cause, end) = self.stopping?;
        let insistence = self.signals.insistence();
        if insistence == Insistence::Forced {
            return Some(Some(cause));
        }
        if now < end {
            return None;
        }
        // An interrupt that the program has seen and outlived was handled; one that it never saw has to be forced.
        let handled = asked.is_none() && !self.signals.is_unseen();
        if cause == Cause::Interrupt && handled && insistence == Insistence::Asked {
            self.stopping = None;
            return None;
        }
        Some(Some(cause))
    }

    /// The call waits in the host: see to it that it is looked at when a limit is reached.
    fn set_timer(&mut self, now: Instant, context: &mut Context<'_>) {
        let mut next = self.stopping.map(|(_, end)| end);
        let limit = match &self.input {
            Some(wait) => wait.began + millis(self.limits.input_idle_ms),
            None => self.deadline(),
        };
        if limit > now {
            next = Some(next.map_or(limit, |end| end.min(limit)));
        }
        let Some(next) = next else { return };
        let next = tokio::time::Instant::from_std(next);
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next)));
        if timer.deadline() != next || timer.is_elapsed() {
            timer.as_mut().reset(next);
        }
        if timer.as_mut().poll(context).is_ready() {
            context.waker().wake_by_ref();
        }
    }

    fn deadline(&self) -> Instant {
        self.started + self.waited + millis(self.limits.deadline_ms)
    }
}

/// A span of at most a century: more would overflow the clock.
fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms.min(100 * 365 * 86_400_000))
}
