//! A second pair of eyes: while a guest does not come back, nobody reads what the supervisor says. It may be that the guest has to stop.
//!
//! Otherwise the sessions' own thread reads, between two turns: handing every message from one thread to another would cost more than most
//! calls do.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use super::reader::Reader;
use super::turns::Turns;

/// How often to look. An interrupt waits that long at most, besides what the guest itself makes it wait.
const PERIOD: Duration = Duration::from_millis(10);

/// After so many looks at a worker that rests, there is no other until it is woken.
const REST: u32 = 100;

/// Whether a guest runs, and since which look.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// Odd while a guest has its turn.
    beats: AtomicU64,
    is_asleep: AtomicBool,
    is_over: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Pulse {
    pub(super) fn begin(&self) {
        self.beats.fetch_add(1, Ordering::SeqCst);
        if self.is_asleep.load(Ordering::SeqCst) {
            self.wake();
        }
    }

    pub(super) fn end(&self) {
        self.beats.fetch_add(1, Ordering::SeqCst);
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// The thread that looks. It ends when this is dropped.
pub(super) struct Lookout(Arc<Turns>);

impl Lookout {
    /// Starts it. `end` is called where the supervisor is found to be gone.
    pub(super) fn start(
        turns: Arc<Turns>,
        reader: Arc<Reader>,
        end: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let watched = Arc::clone(&turns);
        let thread = std::thread::Builder::new()
            .name("lookout".into())
            .spawn(move || look(&watched.pulse, &reader, end))?;
        // It is set once.
        let _ = turns.pulse.thread.set(thread.thread().clone());
        Ok(Self(turns))
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.0.pulse.is_over.store(true, Ordering::SeqCst);
        self.0.pulse.wake();
    }
}

fn look(pulse: &Pulse, reader: &Reader, end: impl FnOnce()) {
    let (mut last, mut rested) = (0, 0);
    while !pulse.is_over.load(Ordering::SeqCst) {
        let now = pulse.beats.load(Ordering::SeqCst);
        let is_same = now == last;
        let is_inside = now % 2 == 1;
        if is_same && is_inside {
            // What the guest has printed does not wait for it.
            reader.flush();
            if reader.read().is_err() {
                return end();
            }
        }
        rested = if is_same && !is_inside { rested + 1 } else { 0 };
        last = now;
        if rested < REST {
            std::thread::park_timeout(PERIOD);
            continue;
        }
        pulse.is_asleep.store(true, Ordering::SeqCst);
        // Whoever begins a turn from here on wakes it.
        if pulse.beats.load(Ordering::SeqCst) == last {
            std::thread::park();
        }
        pulse.is_asleep.store(false, Ordering::SeqCst);
        rested = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::Output;
    use super::*;
    use crate::wire::{Number, Start, ToWorker, frame};
    use croquant_sandbox::{Limits, Policy};
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;
    use tokio::sync::mpsc;

    fn start(number: u64) -> Vec<u8> {
        let start = Start {
            policy: Policy::default(),
            limits: Limits::tutorial(),
            resume: None,
        };
        let message = ToWorker::Start(Number(number), Box::new(start));
        frame::encode(&message).expect("it has a frame")
    }

    /// The test is the guest that does not come back, and reads nothing itself.
    #[test]
    fn what_is_said_during_a_long_turn_is_heard() {
        let (mut supervisor, ours) = UnixStream::pair().expect("there are sockets");
        ours.set_nonblocking(true).expect("it is a socket");
        let (orders, mut ordered) = mpsc::unbounded_channel();
        let ours = Arc::new(ours);
        let output = Output::new(Arc::clone(&ours));
        let reader = Arc::new(Reader::new(ours, output, orders));
        let turns = Arc::new(Turns::default());
        let (ended, has_ended) = std::sync::mpsc::channel();
        let end = move || ended.send(()).expect("the test waits");
        let lookout = Lookout::start(Arc::clone(&turns), reader, end);
        let _lookout = lookout.expect("there is a thread");
        // Long enough for it to fall asleep.
        std::thread::sleep(PERIOD * (REST + 20));
        assert!(turns.pulse.is_asleep.load(Ordering::SeqCst));
        for number in 1..3 {
            turns.pulse.begin();
            supervisor.write_all(&start(number)).expect("it is sent");
            let order = ordered.blocking_recv().expect("it is heard");
            assert_eq!(order.number, Number(number));
            turns.pulse.end();
        }
        turns.pulse.begin();
        drop(supervisor);
        has_ended.recv().expect("its end is heard, too");
    }
}
