//! What a guest may add to a folder.
//!
//! What the folder held before counts as nothing: used is what was added less what was taken away, so the folder never grows by more than the
//! quota. Bytes are those of the files' sizes, holes included. A file that is removed while the guest has it open is given back when it is closed.

use serde::{Deserialize, Serialize};

use super::io::OpenFile;
use super::{Files, What};
use crate::policy::Quota;

/// A folder's quota and what of it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    quota: Quota,
    pub(super) used: Used,
}

/// What was added to a folder less what was taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    bytes: i128,
    files: i128,
}

impl Account {
    pub(crate) fn new(quota: Quota) -> Self {
        Self {
            quota,
            used: Used::default(),
        }
    }

    pub(super) fn has_bytes(&self, bytes: u64) -> bool {
        bytes == 0 || self.used.bytes + i128::from(bytes) <= i128::from(self.quota.bytes)
    }

    /// How many bytes may be added.
    pub(super) fn bytes_left(&self) -> u64 {
        let left = i128::from(self.quota.bytes) - self.used.bytes;
        u64::try_from(left.max(0)).unwrap_or(u64::MAX)
    }

    pub(super) fn has_file(&self) -> bool {
        self.used.files < i128::from(self.quota.files)
    }

    /// A file's size has changed.
    pub(super) fn resized(&mut self, before: u64, after: u64) {
        self.used.bytes += i128::from(after) - i128::from(before);
    }

    pub(super) fn made_file(&mut self) {
        self.used.files += 1;
    }

    pub(super) fn removed_file(&mut self) {
        self.used.files -= 1;
    }
}

impl Files {
    /// A name of `stat`'s file was removed in `folder`: gives back what that freed.
    pub(super) fn removed(&mut self, folder: usize, stat: &rustix::fs::Stat) {
        let last = stat.st_nlink <= 1;
        let regular = super::kind(stat) == rustix::fs::FileType::RegularFile;
        let held = self.holds(stat.st_dev, stat.st_ino);
        let folders_too = last || super::kind(stat) == rustix::fs::FileType::Directory;
        self.note_removed(stat, folders_too && !held);
        let account = &mut self.folders[folder].account;
        account.removed_file();
        if regular && last && !held {
            account.resized(super::stat::size(stat), 0);
        }
    }

    /// The guest closed `file`: if it was the last to hold a removed file, that frees its bytes.
    pub(super) fn give_back(&mut self, folder: usize, file: &OpenFile) {
        if self.folders[folder].writable().is_err() {
            return;
        }
        let Ok(stat) = rustix::fs::fstat(&file.fd) else {
            return;
        };
        if stat.st_nlink == 0 && !self.holds(stat.st_dev, stat.st_ino) {
            self.note_removed(&stat, true);
            self.folders[folder]
                .account
                .resized(super::stat::size(&stat), 0);
        }
    }

    /// Whether the guest has this file open.
    fn holds(&self, device: u64, inode: u64) -> bool {
        self.table.iter().flatten().any(|open| match &open.what {
            What::File(file) => (file.device, file.inode) == (device, inode),
            What::Folder { .. } | What::Content { .. } => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_is_given_back() {
        let mut account = Account::new(Quota {
            bytes: 10,
            files: 1,
        });
        assert!(account.has_bytes(10) && !account.has_bytes(11) && account.has_file());
        account.resized(0, 8);
        account.made_file();
        assert!(account.has_bytes(2) && !account.has_bytes(3) && !account.has_file());
        assert_eq!(account.bytes_left(), 2);
        account.resized(8, 1);
        account.removed_file();
        assert!(account.has_bytes(9) && account.has_file());
    }

    #[test]
    fn a_folder_grows_by_no_more_than_the_quota() {
        let mut account = Account::new(Quota {
            bytes: 10,
            files: 1,
        });
        account.resized(100, 0);
        assert!(account.has_bytes(110) && !account.has_bytes(111));
        account.resized(0, 110);
        assert!(!account.has_bytes(1));
        assert!(account.has_bytes(0));
    }

    #[test]
    fn sums_do_not_wrap() {
        let mut account = Account::new(Quota {
            bytes: u64::MAX,
            files: u64::MAX,
        });
        account.resized(0, u64::MAX);
        assert!(!account.has_bytes(u64::MAX) && account.has_bytes(0));
        account.resized(u64::MAX, 0);
        account.resized(u64::MAX, 0);
        assert_eq!(account.bytes_left(), u64::MAX);
    }
}
