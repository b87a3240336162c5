//! Undo and redo: the states that a session had, within a bound.

use std::collections::VecDeque;

use super::Snapshot;

/// The states before a session's last cells, and those after cells that were undone. What two of them have in common is kept once.
///
/// ```
/// # use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session};
/// use croquant_sandbox::History;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
/// # let console = Recorder::new();
/// # let (policy, limits) = (Policy::default(), Limits::tutorial());
/// # let mut session = Session::start(&engine, &policy, &limits, Box::new(console.clone())).await?;
/// let mut history = History::new(64 << 20);
/// for source in ["words = ['one']", "words.clear()"] {
///     history.record(session.snapshot().await?);
///     session.execute(&Cell::new(source)).await?;
/// }
/// let before = history.undo(session.snapshot().await?).expect("there was a cell");
/// session.restore(&before).await?;
/// session.execute(&Cell::new("print(words)")).await?;
/// assert_eq!(console.take().stdout_text(), "['one']\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct History {
    /// The oldest first.
    past: VecDeque<Kept>,
    /// The latest first.
    future: Vec<Kept>,
    bytes: usize,
    most_bytes: usize,
}

/// A state, and what it weighs besides what a neighbour has, too.
#[derive(Debug)]
struct Kept {
    snapshot: Snapshot,
    bytes: usize,
}

impl History {
    /// A history that keeps `most_bytes` at most: the oldest states go first.
    pub fn new(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            ..Self::default()
        }
    }

    /// Notes the state before a cell. What was undone cannot be redone any more.
    pub fn record(&mut self, before: Snapshot) {
        for kept in self.future.drain(..) {
            self.bytes -= kept.bytes;
        }
        self.push_past(before);
    }

    /// The state before the last cell, if there is one that is kept; `now` is the state to redo to.
    #[must_use]
    pub fn undo(&mut self, now: Snapshot) -> Option<Snapshot> {
        let before = self.past.pop_back()?;
        self.bytes -= before.bytes;
        let bytes = now.bytes_beyond(&before.snapshot);
        self.bytes += bytes;
        self.future.push(Kept {
            snapshot: now,
            bytes,
        });
        self.shrink();
        Some(before.snapshot)
    }

    /// The state after the cell that was undone last; `now` is the state to undo to.
    #[must_use]
    pub fn redo(&mut self, now: Snapshot) -> Option<Snapshot> {
        let after = self.future.pop()?;
        self.bytes -= after.bytes;
        self.push_past(now);
        Some(after.snapshot)
    }

    /// How many cells can be undone, and how many redone.
    pub fn len(&self) -> (usize, usize) {
        (self.past.len(), self.future.len())
    }

    /// What the states weigh, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn push_past(&mut self, snapshot: Snapshot) {
        if let Some(last) = self.past.back_mut() {
            // From now on this one holds what they share.
            let bytes = last.snapshot.bytes_beyond(&snapshot);
            self.bytes = self.bytes - last.bytes + bytes;
            last.bytes = bytes;
        }
        let bytes = snapshot.bytes();
        self.bytes += bytes;
        self.past.push_back(Kept { snapshot, bytes });
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.bytes > self.most_bytes {
            let Some(gone) = self.past.pop_front() else {
                // What is left is to be redone; the state furthest off goes.
                if self.future.is_empty() {
                    return;
                }
                self.bytes -= self.future.remove(0).bytes;
                continue;
            };
            self.bytes -= gone.bytes;
        }
    }
}
