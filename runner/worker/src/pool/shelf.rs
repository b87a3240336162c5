//! What a pool keeps of its sessions, within a budget.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is kept of a session: bytes with which [`Pool::resume`](super::Pool::resume) wakes it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptState(Arc<[Arc<[u8]>]>);

impl KeptState {
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        Self(Arc::new([bytes.into()]))
    }

    fn with(&self, more: Vec<u8>) -> Self {
        let parts = self.0.iter().cloned();
        Self(parts.chain([more.into()]).collect())
    }

    /// Its bytes in the pieces in which they came, in order.
    pub fn parts(&self) -> &[Arc<[u8]>] {
        &self.0
    }

    /// What has to be appended to `earlier`, to have this; `None` if this is no continuation of that.
    pub fn since(&self, earlier: &Self) -> Option<&[Arc<[u8]>]> {
        let (known, more) = self.0.split_at_checked(earlier.0.len())?;
        let is_same = |(known, earlier): (&Arc<[u8]>, &Arc<[u8]>)| Arc::ptr_eq(known, earlier);
        known.iter().zip(&*earlier.0).all(is_same).then_some(more)
    }

    /// Its bytes in one piece.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Its length, in bytes.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|part| part.len()).sum()
    }
}

/// What is kept of all sessions of a pool. Beyond its budget the largest are dropped first, of equal ones the oldest: this frees the most room
/// at the least cost to others.
#[derive(Debug)]
pub(super) struct Shelf {
    states: Mutex<States>,
    most_bytes: usize,
}

#[derive(Debug, Default)]
struct States {
    states: HashMap<u64, KeptState>,
    by_size: BTreeSet<(usize, Reverse<u64>)>,
    bytes: usize,
    /// How many sessions there were.
    numbers: u64,
}

/// A session's place on the shelf, empty at first. What lies there goes with it.
#[derive(Debug)]
pub(super) struct Shelved {
    shelf: Arc<Shelf>,
    number: u64,
}

impl Shelf {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            states: Mutex::default(),
            most_bytes,
        }
    }

    pub(super) fn place(self: &Arc<Self>) -> Shelved {
        let mut states = self.states();
        states.numbers += 1;
        Shelved {
            shelf: Arc::clone(self),
            number: states.numbers,
        }
    }

    fn states(&self) -> MutexGuard<'_, States> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelved {
    /// Keeps a state in the place of the one before.
    pub(super) fn put(&self, state: KeptState) {
        let mut states = self.shelf.states();
        states.remove(self.number);
        states.insert(self.number, state);
        states.shrink(self.shelf.most_bytes);
    }

    /// Keeps what changed. Where the state before it was dropped, that is of no use.
    pub(super) fn add(&self, more: Vec<u8>) {
        let mut states = self.shelf.states();
        if let Some(state) = states.remove(self.number) {
            states.insert(self.number, state.with(more));
            states.shrink(self.shelf.most_bytes);
        }
    }

    pub(super) fn clear(&self) {
        self.shelf.states().remove(self.number);
    }

    pub(super) fn get(&self) -> Option<KeptState> {
        self.shelf.states().states.get(&self.number).cloned()
    }
}

impl Drop for Shelved {
    fn drop(&mut self) {
        self.clear();
    }
}

impl States {
    fn insert(&mut self, number: u64, state: KeptState) {
        let bytes = state.bytes();
        self.bytes += bytes;
        self.by_size.insert((bytes, Reverse(number)));
        self.states.insert(number, state);
    }

    fn remove(&mut self, number: u64) -> Option<KeptState> {
        let state = self.states.remove(&number)?;
        let bytes = state.bytes();
        self.bytes -= bytes;
        self.by_size.remove(&(bytes, Reverse(number)));
        Some(state)
    }

    fn shrink(&mut self, most_bytes: usize) {
        while self.bytes > most_bytes
            && let Some((bytes, Reverse(number))) = self.by_size.pop_last()
        {
            tracing::warn!(bytes, "there is no room to keep a session");
            self.states.remove(&number);
            self.bytes -= bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(most_bytes: usize) -> Arc<Shelf> {
        Arc::new(Shelf::new(most_bytes))
    }

    fn state(bytes: usize) -> KeptState {
        KeptState::whole(vec![7; bytes])
    }

    #[test]
    fn the_largest_goes_first_and_of_equal_ones_the_oldest() {
        let shelf = shelf(100);
        let places = [20, 40, 40].map(|bytes| {
            let place = shelf.place();
            place.put(state(bytes));
            place
        });
        let kept = || places.each_ref().map(|place| place.get().is_some());
        assert_eq!((kept(), shelf.states().bytes), ([true, true, true], 100));
        places[0].add(vec![8; 1]);
        assert_eq!((kept(), shelf.states().bytes), ([true, false, true], 61));
        // What changed since a state that is gone is nothing; a new one is kept again.
        places[1].add(vec![8; 1]);
        assert_eq!((kept(), shelf.states().bytes), ([true, false, true], 61));
        places[1].put(state(30));
        assert_eq!((kept(), shelf.states().bytes), ([true, true, true], 91));
    }

    #[test]
    fn what_is_too_large_for_it_takes_nothing_with_it() {
        let shelf = shelf(100);
        let (small, large) = (shelf.place(), shelf.place());
        small.put(state(60));
        large.put(state(101));
        assert!(small.get().is_some() && large.get().is_none());
    }

    #[test]
    fn a_session_that_ends_gives_its_room_back() {
        let shelf = shelf(100);
        let place = shelf.place();
        place.put(state(60));
        place.add(vec![8; 5]);
        let kept = place.get().expect("it is kept");
        assert_eq!((kept.bytes(), shelf.states().bytes), (65, 65));
        assert_eq!(kept.to_vec(), [&[7; 60][..], &[8; 5]].concat());
        drop(place);
        assert_eq!(shelf.states().bytes, 0);
    }

    #[test]
    fn a_continuation_is_told_from_another_state() {
        let first = state(10);
        let second = first.with(vec![8; 3]);
        let more = second.since(&first).expect("it goes on");
        assert_eq!(more.concat(), [8; 3]);
        assert_eq!(first.since(&second), None);
        assert_eq!(second.since(&state(10)), None);
        assert_eq!(first.since(&first.clone()), Some(&[][..]));
    }
}
