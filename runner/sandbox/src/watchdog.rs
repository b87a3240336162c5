//! The watchdog: a thread that stops guests which do not come back to the host by themselves.
//!
//! A guest that computes calls the host after each slice, and is stopped there. One long operation in C that never looks does not; the
//! thread that runs it is inside the guest until it ends. When its time is up, the watchdog lifts its floor, and it traps.
//!
//! A process with one session can do without the thread, which costs it a tenth of its start: it looks itself, from a timer's signal
//! handler ([`Overseer`]).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use crate::meter::Floor;
use crate::signals::{self, Signals};

/// How often the running calls are looked at. An end of this kind is that much late, at most.
const PERIOD: Duration = Duration::from_millis(20);

/// The watchdog of one engine. Its thread starts with the first call, sleeps while nothing runs, and ends with the engine.
#[derive(Default)]
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    calls: Mutex<Calls>,
    wake: Condvar,
}

#[derive(Default)]
struct Calls {
    running: Vec<Option<Call>>,
    /// Free places in `running`.
    free: Vec<usize>,
    /// A thread looks, or an [`Overseer`] does.
    is_watched: bool,
    sleeps: bool,
    is_over: bool,
}

struct Call {
    floor: Floor,
    signals: Arc<Signals>,
}

/// A call under watch, until this is dropped; that has to happen before its store is.
pub(crate) struct Watched {
    shared: Arc<Shared>,
    place: usize,
}

impl Watchdog {
    /// Hands the watch to the caller: no thread is started from now on.
    pub(crate) fn oversee(&self) -> Overseer {
        signals::start_clock();
        self.shared.lock().is_watched = true;
        Overseer {
            shared: self.shared.clone(),
        }
    }

    /// Watches a call from now on.
    ///
    /// # Errors
    /// There is no thread to watch it.
    pub(crate) fn watch(&self, floor: Floor, signals: Arc<Signals>) -> std::io::Result<Watched> {
        let mut calls = self.shared.lock();
        if !calls.is_watched {
            let shared = self.shared.clone();
            std::thread::Builder::new()
                .name("croquant-watchdog".into())
                .stack_size(STACK_BYTES)
                .spawn(move || shared.watch())?;
            calls.is_watched = true;
        }
        let call = Some(Call { floor, signals });
        let place = match calls.free.pop() {
            Some(place) => {
                calls.running[place] = call;
                place
            }
            None => {
                calls.running.push(call);
                calls.running.len() - 1
            }
        };
        if calls.sleeps {
            self.shared.wake.notify_one();
        }
        Ok(Watched {
            shared: self.shared.clone(),
            place,
        })
    }
}

/// Looks after the calls of an engine in the place of the watchdog's thread.
#[derive(Clone)]
pub struct Overseer {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Overseer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Overseer").finish_non_exhaustive()
    }
}

impl Overseer {
    /// How often to look: limits hold that much late.
    pub const PERIOD: Duration = PERIOD;

    /// Stops the guests that do not come back to the host although their time is up.
    ///
    /// Safe in a signal handler: it waits for no lock and allocates nothing. Where the interrupted code is just beginning or ending a
    /// call, it does nothing, as no guest runs then.
    pub fn look(&self) {
        match self.shared.calls.try_lock() {
            Ok(calls) => calls.look(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().look(),
            Err(TryLockError::WouldBlock) => {}
        }
    }
}

/// The watchdog's thread does next to nothing.
const STACK_BYTES: usize = 64 << 10;

impl Calls {
    fn look(&self) {
        for call in self.running.iter().flatten() {
            if call.signals.is_due() {
                call.floor.stop();
            }
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.wake.notify_one();
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut calls = self.shared.lock();
        calls.running[self.place] = None;
        calls.free.push(self.place);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut calls = self.lock();
        while !calls.is_over {
            calls.look();
            calls.sleeps = calls.free.len() == calls.running.len();
            calls = if calls.sleeps {
                self.wake
                    .wait(calls)
                    .unwrap_or_else(PoisonError::into_inner)
            } else {
                let waited = self.wake.wait_timeout(calls, PERIOD);
                waited.unwrap_or_else(PoisonError::into_inner).0
            };
            calls.sleeps = false;
        }
    }
}
