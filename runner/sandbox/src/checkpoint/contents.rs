//! The bytes of a checkpoint.

use std::ops::{Deref, Range};
use std::sync::Arc;

/// Bytes that do not change, and that any number of checkpoints may hold: all of a buffer, or the stretch of one page in a buffer of several, as when a
/// whole checkpoint was read into it. The buffer lives as long as any stretch of it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Contents {
    buffer: Arc<Vec<u8>>,
    start: u32,
    len: u32,
}

impl Contents {
    /// What a buffer weighs beside its bytes: itself, and the counts of its owners.
    pub(crate) const OVERHEAD_BYTES: usize = size_of::<Vec<u8>>() + 2 * size_of::<usize>();

    /// A stretch of `buffer`; `None` if it does not have it.
    pub(crate) fn stretch(buffer: &Arc<Vec<u8>>, range: Range<usize>) -> Option<Self> {
        buffer.get(range.clone())?;
        Some(Self {
            buffer: Arc::clone(buffer),
            start: u32::try_from(range.start).ok()?,
            len: u32::try_from(range.len()).ok()?,
        })
    }

    /// Whether both are the same bytes of the same buffer.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.buffer, &other.buffer)
            && (self.start, self.len) == (other.start, other.len)
    }
}

impl Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.start as usize..][..self.len as usize]
    }
}

impl From<Vec<u8>> for Contents {
    /// All of `bytes`: at most a page.
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            len: bytes.len() as u32,
            start: 0,
            buffer: Arc::new(bytes),
        }
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Contents {}
