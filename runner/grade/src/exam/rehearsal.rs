//! Collecting the tests once for all submissions that answer alike.
//!
//! What the checker is after it has collected the tests depends on the tests and the seed, which are always the same, and on what it was answered
//! meanwhile: on nothing else. So where a submission gives the same answers to the same questions, to the byte, the checker that came of
//! them is taken as it was then, and only the submission's side is gone through anew.

use std::collections::VecDeque;
use std::sync::Arc;

use croquant_sandbox::Snapshot;

use super::link::Link;
use super::ops::Collection;

/// How many are kept: submissions differ in few ways that the tests' modules see.
const MOST: usize = 8;

/// How large what was said may be for it to be kept, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// How large a checker may be for it to be kept, in bytes.
const MOST_STATE_BYTES: usize = 16 << 20;

/// A question of the checker's, and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) asked: Vec<u8>,
    pub(super) heard: Vec<u8>,
}

/// The checker after it has collected the tests, and how it came there.
#[derive(Debug, Clone)]
pub(super) struct Rehearsal {
    pub(super) lines: Vec<Line>,
    pub(super) checker: Snapshot,
    pub(super) collection: Arc<Collection>,
}

/// Those that are kept, the newest first.
#[derive(Debug, Default)]
pub(super) struct Rehearsals(VecDeque<Rehearsal>);

impl Rehearsals {
    pub(super) fn keep(&mut self, rehearsal: Rehearsal) {
        let lines = rehearsal.lines.iter();
        let bytes = lines.map(|line| line.asked.len() + line.heard.len());
        if bytes.sum::<usize>() <= MOST_BYTES && rehearsal.checker.bytes() <= MOST_STATE_BYTES {
            self.0.truncate(MOST - 1);
            self.0.push_front(rehearsal);
        }
    }

    /// Asks what the checker asks, as long as it is known what that is: the rehearsal that went like this to its end, or else how far it came.
    pub(super) async fn go_through(&self, link: &Link) -> Result<&Rehearsal, Vec<Line>> {
        let mut lines: Vec<Line> = Vec::new();
        // All have begun like this. So they ask the same now, or are all at their end.
        let mut like: Vec<_> = self.0.iter().collect();
        loop {
            let Some(one) = like.first() else {
                return Err(lines);
            };
            let Some(next) = one.lines.get(lines.len()) else {
                return Ok(one);
            };
            let asked = next.asked.clone();
            let heard = link.ask(asked.clone()).await;
            let line = Line { asked, heard };
            like.retain(|one| one.lines.get(lines.len()) == Some(&line));
            lines.push(line);
        }
    }
}
