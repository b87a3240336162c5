//! A granted folder.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{Account, Names};
use crate::errno::Errno;
use crate::policy::Access;
use crate::trace::{Done, Reason, Refusal};

/// A folder of the host that the guest sees.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Which of the session's mounts it is.
    pub(crate) index: usize,
    /// Where the guest sees it.
    pub(crate) guest: String,
    pub(crate) root: Arc<OwnedFd>,
    pub(crate) access: Access,
    pub(crate) names: Names,
    pub(crate) account: Account,
}

impl Folder {
    /// Refuses if nothing may be changed here.
    pub(super) fn writable(&self) -> Done<()> {
        match self.access {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(Refusal::new(Errno::Rofs, Reason::ReadOnly, self.index)),
        }
    }

    /// Leaves room for `bytes` more.
    pub(super) fn afford_bytes(&self, bytes: u64) -> Done<()> {
        if self.account.has_bytes(bytes) {
            Ok(())
        } else {
            Err(Refusal::new(Errno::Dquot, Reason::QuotaBytes, self.index))
        }
    }

    /// Leaves room for one more file or folder.
    pub(super) fn afford_file(&self) -> Done<()> {
        if self.account.has_file() {
            Ok(())
        } else {
            Err(Refusal::new(Errno::Dquot, Reason::QuotaFiles, self.index))
        }
    }

    pub(super) fn outside(&self) -> Refusal {
        Refusal::new(Errno::Perm, Reason::Outside, self.index)
    }
}
