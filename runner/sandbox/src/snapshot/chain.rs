//! A session's states, written down one after the other.

use std::sync::Arc;

use super::key::SEAL_BYTES;
use super::wire::MOST_PARTS;
use super::{Snapshot, SnapshotKey};
use crate::engine::Engine;
use crate::error::Error;

/// What the parts after a whole state may come to, however small that is: reading so much takes no time.
const LEAST_BYTES: usize = 24 << 10;

/// The states of one session as they are written down: the first one whole, and of each later one what changed. What was written since the last
/// whole state, all together and in order, is what [`Snapshot::decode`] reads.
#[derive(Debug, Default)]
pub struct Chain {
    last: Option<Last>,
}

/// What was written last.
#[derive(Debug)]
struct Last {
    state: Snapshot,
    seal: [u8; SEAL_BYTES],
    whole_bytes: usize,
    /// Of the parts since.
    more_bytes: usize,
    parts: usize,
}

/// A state, written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Whole: what was written before is not needed any more.
    Whole(Vec<u8>),
    /// What changed: it belongs behind what was written before.
    More(Vec<u8>),
}

impl Chain {
    /// Writes `state` down, sealed with `key`. It is written whole when what was written since the last one has grown to its size (or 24 KiB), or to
    /// 16 parts.
    ///
    /// # Errors
    /// As [`Snapshot::encode`]; the next state is written whole.
    pub fn write(
        &mut self,
        state: Snapshot,
        engine: &Engine,
        key: &SnapshotKey,
    ) -> Result<Written, Error> {
        let Some(last) = self.last.take().filter(|last| last.is_before(&state)) else {
            return self.write_whole(state, engine, key);
        };
        let before = Some((&last.state, &last.seal));
        let (bytes, seal) = state.encode_after(before, engine, key)?;
        if last.more_bytes + bytes.len() > last.whole_bytes.max(LEAST_BYTES) {
            return self.write_whole(state, engine, key);
        }
        self.last = Some(Last {
            state,
            seal,
            more_bytes: last.more_bytes + bytes.len(),
            parts: last.parts + 1,
            ..last
        });
        Ok(Written::More(bytes))
    }

    fn write_whole(
        &mut self,
        state: Snapshot,
        engine: &Engine,
        key: &SnapshotKey,
    ) -> Result<Written, Error> {
        let (bytes, seal) = state.encode_after(None, engine, key)?;
        self.last = Some(Last {
            state,
            seal,
            whole_bytes: bytes.len(),
            more_bytes: 0,
            parts: 0,
        });
        Ok(Written::Whole(bytes))
    }

    /// What was written since the last whole state, with it, in bytes.
    pub fn bytes(&self) -> usize {
        let last = self.last.as_ref();
        last.map_or(0, |last| last.whole_bytes + last.more_bytes)
    }

    /// What writing `state` down looks at, in bytes: how long it takes.
    pub fn work_bytes(&self, state: &Snapshot) -> usize {
        match self.last.as_ref().filter(|last| last.is_before(state)) {
            Some(last) => state.bytes_beyond(&last.state),
            None => state.bytes(),
        }
    }
}

impl Last {
    /// Whether `state` can be written as what changed.
    fn is_before(&self, state: &Snapshot) -> bool {
        self.parts < MOST_PARTS
            && Arc::ptr_eq(&self.state.policy, &state.policy)
            && self.state.image == state.image
            && self.state.memory_bytes() <= state.memory_bytes()
    }
}
