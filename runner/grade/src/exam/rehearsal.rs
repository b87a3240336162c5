//! What the checker does, done once for all submissions that answer alike.
//!
//! What the checker is after it has collected the tests, and what it says of one of them, depends on the tests and the seed, which are always
//! the same, and on what it was answered meanwhile: on nothing else. So where a submission gives the same answers to the same questions, to
//! the byte, what came of them is taken as it was then, and only the submission's side is gone through anew. Not kept is what came of a call in which
//! the checker was told the time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use croquant_sandbox::Snapshot;

use super::link::Link;
use super::ops::{Collection, Ran};

/// How many ways to answer are kept, of all tests together and of each: submissions differ in few that the tests see.
const MOST: usize = 8;

/// How large what was said may be for it to be kept, in bytes.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// How large a checker may be for it to be kept, in bytes.
const MOST_STATE_BYTES: usize = 16 << 20;

/// How much is kept of all tests of a scene, in bytes.
const MOST_OF_TESTS_BYTES: usize = 8 << 20;

/// A question of the checker's, and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) asked: Vec<u8>,
    pub(super) heard: Vec<u8>,
}

impl Line {
    /// What it takes to keep it, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.asked.len() + self.heard.len() + size_of::<Self>()
    }
}

/// A talk that the checker has gone through, and what came of it.
#[derive(Debug)]
struct Rehearsal<T> {
    lines: Vec<Line>,
    came: T,
}

/// Talks that all began at the same point, the newest first.
#[derive(Debug)]
pub(super) struct Rehearsals<T>(VecDeque<Arc<Rehearsal<T>>>);

/// The checker after it has collected the tests, and what is known of each of them.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) checker: Snapshot,
    pub(super) collection: Arc<Collection>,
    tests: Mutex<Tests>,
}

#[derive(Debug, Default)]
struct Tests {
    known: BTreeMap<String, Rehearsals<Ran>>,
    bytes: usize,
}

impl<T> Default for Rehearsals<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Clone for Rehearsals<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Rehearsals<T> {
    fn keep(&mut self, lines: Vec<Line>, came: T) {
        self.0.truncate(MOST - 1);
        self.0.push_front(Arc::new(Rehearsal { lines, came }));
    }

    /// Asks what the checker asks, as long as it is known what that is: what came of the talk that went like this to its end, or else how far
    /// it is known.
    pub(super) async fn go_through(&self, link: &Link) -> Result<T, Vec<Line>> {
        let mut lines: Vec<Line> = Vec::new();
        // All have begun like this. So they ask the same now, or are all at their end.
        let mut like: Vec<_> = self.0.iter().collect();
        loop {
            let Some(one) = like.first() else {
                return Err(lines);
            };
            let Some(next) = one.lines.get(lines.len()) else {
                return Ok(one.came.clone());
            };
            let asked = next.asked.clone();
            let heard = link.ask(asked.clone()).await;
            let line = Line { asked, heard };
            like.retain(|one| one.lines.get(lines.len()) == Some(&line));
            lines.push(line);
        }
    }
}

impl Rehearsals<Arc<Scene>> {
    /// Keeps a scene, if it is not too large.
    pub(super) fn keep_scene(&mut self, lines: Vec<Line>, scene: &Arc<Scene>) {
        if weight(&lines) <= MOST_BYTES && scene.checker.bytes() <= MOST_STATE_BYTES {
            self.keep(lines, Arc::clone(scene));
        }
    }
}

impl Scene {
    pub(super) fn new(checker: Snapshot, collection: Collection) -> Self {
        Self {
            checker,
            collection: Arc::new(collection),
            tests: Mutex::default(),
        }
    }

    /// What is known of a test.
    pub(super) fn of_test(&self, id: &str) -> Rehearsals<Ran> {
        let tests = self.tests.lock().unwrap_or_else(PoisonError::into_inner);
        tests.known.get(id).cloned().unwrap_or_default()
    }

    /// Keeps what came of a test, if it is not too large. If there is too much in all, the others are forgotten.
    pub(super) fn keep_test(&self, id: &str, lines: Vec<Line>, came: Ran) {
        let bytes = weight(&lines) + came.bytes();
        if bytes > MOST_BYTES {
            return;
        }
        let mut tests = self.tests.lock().unwrap_or_else(PoisonError::into_inner);
        if tests.bytes + bytes > MOST_OF_TESTS_BYTES {
            *tests = Tests::default();
        }
        // What falls out for the newest stays counted: that is made good when all are forgotten.
        tests.bytes += bytes;
        let known = tests.known.entry(id.to_owned()).or_default();
        known.keep(lines, came);
    }
}

fn weight(lines: &[Line]) -> usize {
    lines.iter().map(Line::bytes).sum()
}
