//! What a session can go back to when a call had to be stopped for good.

use super::Checkpoint;

/// The state before the call that runs, or what is known of it.
#[derive(Debug)]
pub(crate) enum Rest {
    /// The session is as it began: these records make it again. A new session need not be looked at.
    Fresh(Box<[u8]>),
    /// The session is as this says.
    Taken(Checkpoint),
    /// A call has changed it since, or there is nothing to go back to. An older checkpoint, if there was one: much of it may be true still.
    Outdated(Option<Checkpoint>),
}

impl Rest {
    /// What a session that begins with `records` goes back to, if checkpoints may weigh `most_bytes`.
    pub(crate) fn new(records: Vec<u8>, most_bytes: usize) -> Self {
        if records.len() <= most_bytes {
            Self::Fresh(records.into())
        } else {
            Self::Outdated(None)
        }
    }

    /// The session has changed.
    pub(crate) fn outdate(&mut self) {
        *self = match std::mem::replace(self, Self::Outdated(None)) {
            Self::Fresh(_) => Self::Outdated(None),
            Self::Taken(old) | Self::Outdated(Some(old)) => Self::Outdated(Some(old)),
            Self::Outdated(None) => Self::Outdated(None),
        };
    }

    /// What it weighs; `None` if there is nothing to go back to.
    pub(crate) fn bytes(&self) -> Option<usize> {
        match self {
            Self::Fresh(records) => Some(records.len()),
            Self::Taken(checkpoint) => Some(checkpoint.bytes()),
            Self::Outdated(_) => None,
        }
    }
}
