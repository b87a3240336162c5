//! How much a store keeps, for how long, and how firmly.

use std::time::Duration;

/// The bounds of a store. Each is always set: nothing grows without end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// What the records of one owner may come to, snapshots and meta together, in bytes. Protects the other owners' share.
    pub quota_bytes_per_owner: u64,
    /// How many records one owner may have. Protects the time of a listing.
    pub quota_records_per_owner: u32,
    /// How large the file may grow, in bytes, without its log (some 4 MiB more). Protects the disk.
    pub total_bytes: u64,
    /// How long a record stays that nobody uses; [`Store::expire`](crate::Store::expire) removes it then.
    pub expiry: Duration,
    /// What a put that returned survives.
    pub durability: Durability,
}

/// What a put that returned survives. The death of the process it always does, and the file is consistent in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The operating system has it (`synchronous=NORMAL`). A power failure may undo the puts since the last
    /// [`Store::sync`](crate::Store::sync), or since the log was last carried into the file, which happens every 4 MiB.
    Written,
    /// The disk has it (`synchronous=FULL`): each put waits for the disk.
    Synced,
}

impl StoreConfig {
    /// Readers of a tutorial: a checkpoint after every cell, so that a put must not wait for the disk; a power failure costs a
    /// reader the last few cells. 64 MiB and 64 sessions for each, 8 GiB for all, four weeks.
    pub fn tutorial() -> Self {
        Self {
            quota_bytes_per_owner: 64 << 20,
            quota_records_per_owner: 64,
            total_bytes: 8 << 30,
            expiry: Duration::from_secs(28 * 24 * 3600),
            durability: Durability::Written,
        }
    }
}
