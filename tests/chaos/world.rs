//! What readers and faults know of each other: how much was done, and in which state the machine is.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Shared by all. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct World(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    counts: Counts,
    is_calm: AtomicBool,
    is_full: AtomicBool,
    is_damaged: AtomicBool,
    /// The readers whose records were damaged, by their tokens.
    damaged: Mutex<HashSet<String>>,
    /// What servers have said: when, of which kernel, and what.
    said: Mutex<Vec<(Instant, String, String)>>,
}

/// What happened, to all readers together.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Cells that were answered.
    pub(crate) done: Count,
    /// Cells that were undone, as their readers were told.
    pub(crate) undone: Count,
    /// Cells of whose end nothing was heard.
    pub(crate) unheard: Count,
    /// Readers who were told that their session cannot be stored.
    pub(crate) risks: Count,
    /// Readers who were told that their session is lost.
    pub(crate) lost: Count,
}

/// It only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl World {
    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// No more faults: each reader runs a last cell.
    pub(crate) fn calm(&self) {
        self.0.is_calm.store(true, Ordering::Release);
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.0.is_calm.load(Ordering::Acquire)
    }

    pub(crate) fn set_full(&self, is_full: bool) {
        self.0.is_full.store(is_full, Ordering::Release);
    }

    /// Whether there is no room for what cells leave.
    pub(crate) fn is_full(&self) -> bool {
        self.0.is_full.load(Ordering::Acquire)
    }

    /// Whether a session that is answered now is stored for certain.
    pub(crate) fn stores_all(&self) -> bool {
        !self.is_full() && !self.0.is_damaged.load(Ordering::Acquire)
    }

    /// The store was damaged, and with it the records of these readers. What cannot be stored from now on may be so because of that.
    pub(crate) fn damage(&self, tokens: impl IntoIterator<Item = String>) {
        self.0.is_damaged.store(true, Ordering::Release);
        let mut damaged = self.0.damaged.lock().expect("no holder panics");
        damaged.extend(tokens);
    }

    /// Whether this reader's record was damaged since this was last asked.
    pub(crate) fn was_damaged(&self, token: &str) -> bool {
        let mut damaged = self.0.damaged.lock().expect("no holder panics");
        damaged.remove(token)
    }

    /// A line of a server's log.
    pub(crate) fn hear(&self, line: &str) {
        let Some((_, rest)) = line.split_once("kernel{id=\"") else {
            return;
        };
        let (kernel, what) = rest.split_once("\"}").expect("it says which");
        let mut said = self.0.said.lock().expect("no holder panics");
        said.push((Instant::now(), kernel.to_owned(), what.to_owned()));
    }

    /// When servers have said this of a kernel.
    pub(crate) fn said(&self, kernel: &str, words: &str) -> Vec<Instant> {
        let said = self.0.said.lock().expect("no holder panics");
        said.iter()
            .filter(|(_, of, what)| of == kernel && what.contains(words))
            .map(|(when, _, _)| *when)
            .collect()
    }
}
