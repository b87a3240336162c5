//! What is shared between a session, its running call and its [`Interrupter`](crate::Interrupter)s: the wish that it stop.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::press::{Insistence, Presses, SAME_PRESS};

/// Why a guest is asked to stop. The order is that of precedence: a limit tells more than an interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Cause {
    /// Somebody interrupted it.
    Interrupt = 1,
    /// It waited too long for input.
    InputIdle = 2,
    /// It wrote on and on past its limit.
    Output = 3,
    /// Its time is up.
    Deadline = 4,
    /// Its fuel is used up.
    Fuel = 5,
    /// It needs more of the host's memory than it may.
    HostMemory = 6,
}

impl Cause {
    fn from_u8(number: u8) -> Option<Self> {
        [
            Self::Interrupt,
            Self::InputIdle,
            Self::Output,
            Self::Deadline,
            Self::Fuel,
            Self::HostMemory,
        ]
        .into_iter()
        .find(|cause| *cause as u8 == number)
    }
}

/// What the guest does between two polls of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Waiting {
    /// It computes; its call was suspended at a tick of the meter.
    No = 0,
    /// A host call waits for something: output to be taken, time to pass.
    Host = 1,
    /// A host call waits for the reader.
    Input = 2,
}

/// The shared state. Everything but `waker` is a plain flag; the waker's lock is never held across anything.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// A call runs; interrupts are meant for it.
    running: AtomicBool,
    /// A cause that the guest has not been told yet.
    asked: AtomicU8,
    /// The strongest cause that the guest was told of in this call.
    told: AtomicU8,
    /// How often the guest was told something.
    tellings: AtomicU64,
    /// It was told, and has not looked since.
    unseen: AtomicBool,
    /// What the calls do can be taken back: a second interrupt may insist.
    restores: AtomicBool,
    presses: Mutex<Presses>,
    killed: AtomicBool,
    /// When the watchdog stops the guest if this poll of its call has not ended: microseconds of [`clock`]; `NEVER` between polls.
    stop_at: AtomicU64,
    /// How long after an interrupt that is, in microseconds.
    grace: AtomicU64,
    /// Somebody who interrupts it brought `stop_at` forward, and it has not come back since.
    hurried: AtomicBool,
    /// The watchdog has stopped it.
    stopped: AtomicBool,
    waiting: AtomicU8,
    /// How many waits there were: tells one wait from the next.
    waits: AtomicU64,
    waker: Mutex<Option<Waker>>,
}

impl Signals {
    /// Before what precedes a call: interrupts are meant for it from here on.
    pub(crate) fn prepare(&self) {
        self.asked.store(0, Ordering::Relaxed);
        self.presses().forget();
        self.running.store(true, Ordering::SeqCst);
    }

    /// Begins a call.
    pub(crate) fn open(&self, grace: Duration) {
        if !self.running.load(Ordering::SeqCst) {
            self.prepare();
        }
        self.told.store(0, Ordering::Relaxed);
        self.unseen.store(false, Ordering::Relaxed);
        self.stopped.store(false, Ordering::Relaxed);
        self.stop_at.store(NEVER, Ordering::Relaxed);
        self.grace.store(micros(grace), Ordering::Relaxed);
        self.waiting.store(Waiting::No as u8, Ordering::Relaxed);
    }

    /// Ends a call.
    pub(crate) fn close(&self) {
        self.running.store(false, Ordering::SeqCst);
        self.asked.store(0, Ordering::SeqCst);
        self.set_waker(None);
    }

    /// From outside: asks the running call to stop, if there is one.
    pub(crate) fn interrupt(&self) {
        if self.running.load(Ordering::SeqCst) && self.presses().press(Instant::now()) {
            // Of the second, the one who drives the call learns whether the first was seen; a guest that does not come back to the
            // host has seen none.
            if self.insistence() >= Insistence::Insisted && self.is_unheard() {
                self.presses().force();
            }
            self.ask(Cause::Interrupt);
            self.hasten(self.patience());
            self.wake();
        }
    }

    /// Says whether the session can go back to its state before the call that comes.
    pub(crate) fn set_restores(&self, restores: bool) {
        self.restores.store(restores, Ordering::SeqCst);
    }

    /// Whether it can.
    pub(crate) fn restores(&self) -> bool {
        self.restores.load(Ordering::SeqCst)
    }

    /// How much whoever interrupts insists.
    pub(crate) fn insistence(&self) -> Insistence {
        if self.restores() {
            self.presses().insistence()
        } else {
            Insistence::Asked
        }
    }

    /// An earlier wish was not told, or the guest has not looked since.
    fn is_unheard(&self) -> bool {
        self.asked().is_some() || self.is_unseen()
    }

    /// How long after an interrupt the watchdog waits, in microseconds.
    fn patience(&self) -> u64 {
        match self.insistence() {
            Insistence::Forced => 0,
            Insistence::Asked | Insistence::Insisted => self.grace.load(Ordering::Relaxed),
        }
    }

    fn presses(&self) -> MutexGuard<'_, Presses> {
        self.presses
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// From a signal handler: the same as far as a guest is concerned that does not come back to the host. It has its grace; at the
    /// second time, none. When it comes back it is as if this had never been.
    pub(crate) fn hurry(&self) {
        let now = micros(clock().elapsed());
        let grace = self.grace.load(Ordering::SeqCst);
        let sooner = |end: u64| {
            let left = end.saturating_sub(now);
            if end == NEVER || left <= grace && left.saturating_add(micros(SAME_PRESS)) > grace {
                None
            } else if left > grace {
                Some(now.saturating_add(grace))
            } else {
                Some(now)
            }
        };
        let hurried = self
            .stop_at
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, sooner);
        if hurried.is_ok() {
            self.hurried.store(true, Ordering::SeqCst);
        }
    }

    /// From outside: ends the session.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        self.hasten(0);
        self.wake();
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.killed.load(Ordering::SeqCst)
    }

    /// Notes a wish; the stronger of two remains.
    pub(crate) fn ask(&self, cause: Cause) {
        self.asked.fetch_max(cause as u8, Ordering::SeqCst);
    }

    /// The wish that waits, if there is one.
    pub(crate) fn asked(&self) -> Option<Cause> {
        Cause::from_u8(self.asked.load(Ordering::SeqCst))
    }

    /// Takes the wish, to tell the guest of it.
    pub(crate) fn take_asked(&self) -> Option<Cause> {
        let cause = Cause::from_u8(self.asked.swap(0, Ordering::SeqCst))?;
        self.told.fetch_max(cause as u8, Ordering::SeqCst);
        self.tellings.fetch_add(1, Ordering::SeqCst);
        self.unseen.store(true, Ordering::SeqCst);
        Some(cause)
    }

    /// How often the guest was told something.
    pub(crate) fn tellings(&self) -> u64 {
        self.tellings.load(Ordering::SeqCst)
    }

    /// Whether the guest has not looked since it was told.
    pub(crate) fn is_unseen(&self) -> bool {
        self.unseen.load(Ordering::SeqCst)
    }

    /// The guest has looked.
    pub(crate) fn note_seen(&self) {
        self.unseen.store(false, Ordering::SeqCst);
    }

    /// Before a poll of the call: the watchdog shall stop the guest if the poll lasts beyond `end`.
    pub(crate) fn arm(&self, now: Instant, end: Instant) {
        self.hurried.store(false, Ordering::SeqCst);
        let end = end.max(now + PATIENCE).saturating_duration_since(clock());
        self.stop_at.store(micros(end), Ordering::SeqCst);
        // Whoever asked before this found nothing to hasten.
        if self.is_killed() {
            self.hasten(0);
        } else if self.asked().is_some() {
            self.hasten(self.patience());
        }
    }

    /// After a poll.
    pub(crate) fn disarm(&self) {
        self.stop_at.store(NEVER, Ordering::SeqCst);
    }

    /// Whether the guest has to be stopped now; says so once.
    pub(crate) fn is_due(&self) -> bool {
        let now = micros(clock().elapsed());
        self.stop_at.load(Ordering::SeqCst) <= now && !self.stopped.swap(true, Ordering::SeqCst)
    }

    /// Whether the watchdog has stopped the guest.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Why the watchdog has stopped the guest: `None` if it was killed.
    pub(crate) fn reason(&self) -> Option<Cause> {
        let hurried = self.hurried.load(Ordering::SeqCst);
        let hurried = hurried.then_some(Cause::Interrupt);
        // Time alone stops a guest that nobody asked for anything.
        let wish = self.asked().max(self.told()).max(hurried);
        let wish = wish.unwrap_or(Cause::Deadline);
        (!self.is_killed()).then_some(wish)
    }

    /// Brings the end of a running poll forward.
    fn hasten(&self, after_us: u64) {
        let end = micros(clock().elapsed()).saturating_add(after_us);
        let earlier = |now| (now != NEVER && now > end).then_some(end);
        let _ = self
            .stop_at
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, earlier);
    }

    /// Notes a cause that the guest needs not be told any more.
    pub(crate) fn note_told(&self, cause: Cause) {
        self.told.fetch_max(cause as u8, Ordering::SeqCst);
    }

    /// What the guest was told in this call.
    pub(crate) fn told(&self) -> Option<Cause> {
        Cause::from_u8(self.told.load(Ordering::SeqCst))
    }

    pub(crate) fn waiting(&self) -> Waiting {
        match self.waiting.load(Ordering::Relaxed) {
            0 => Waiting::No,
            2 => Waiting::Input,
            _ => Waiting::Host,
        }
    }

    /// The number of the wait that lasts now.
    pub(crate) fn wait_number(&self) -> u64 {
        self.waits.load(Ordering::Relaxed)
    }

    /// Waits for `future` as a host call, or until the guest is asked to stop: then `None`, as well if it was told so on its way here
    /// and has not looked yet.
    pub(crate) async fn wait<F: Future>(&self, waiting: Waiting, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        let _note = Note::new(self, waiting);
        std::future::poll_fn(|context| {
            // The future first: what has been read already is not thrown away.
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            if self.is_unheard() {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        })
        .await
    }

    /// Waits for `future` as a host call that cannot be given up half-way.
    pub(crate) async fn wait_out<F: Future>(&self, future: F) -> F::Output {
        let _note = Note::new(self, Waiting::Host);
        future.await
    }

    /// Notes whom to wake when a wish arrives.
    pub(crate) fn register(&self, context: &Context<'_>) {
        let mut slot = self
            .waker
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if !slot
            .as_ref()
            .is_some_and(|waker| waker.will_wake(context.waker()))
        {
            *slot = Some(context.waker().clone());
        }
    }

    fn wake(&self) {
        let waker = self
            .waker
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn set_waker(&self, waker: Option<Waker>) {
        *self
            .waker
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = waker;
    }
}

/// No end: the call is not being polled.
const NEVER: u64 = u64::MAX;

/// How long a poll may last in any case. A guest that looks comes back within milliseconds, but the host's thread may have to wait
/// for a processor meanwhile.
const PATIENCE: Duration = Duration::from_millis(250);

/// Sets the zero of `Signals::stop_at`: a signal handler must not be the first to ask for it.
pub(crate) fn start_clock() {
    clock();
}

/// The zero of `Signals::stop_at`.
fn clock() -> Instant {
    static ZERO: OnceLock<Instant> = OnceLock::new();
    *ZERO.get_or_init(Instant::now)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(NEVER - 1)
}

/// Says what the guest waits for, until it is dropped.
struct Note<'a>(&'a Signals);

impl<'a> Note<'a> {
    fn new(signals: &'a Signals, waiting: Waiting) -> Self {
        signals.waiting.store(waiting as u8, Ordering::Relaxed);
        signals.waits.fetch_add(1, Ordering::Relaxed);
        if waiting == Waiting::Input {
            signals.presses().forget();
        }
        Self(signals)
    }
}

impl Drop for Note<'_> {
    fn drop(&mut self) {
        self.0.waiting.store(Waiting::No as u8, Ordering::Relaxed);
    }
}
