//! What a server does now and then: expiry, giving space back, counting, and waiting for the disk.

use std::time::SystemTime;

use rusqlite::params;
use rusqlite::types::Value;

use crate::error::StoreError;
use crate::record::{Key, Owner, TotalUsage, Usage};
use crate::rows::{forget, pages, usage};
use crate::schema::PAGE_BYTES;
use crate::seal::Sum;
use crate::store::{Store, seconds};

/// How many records one call removes: other processes wait meanwhile.
const EXPIRED_PER_CALL: i64 = 256;
/// How many pages one call moves: 4 MiB.
const VACUUMED_PER_CALL: u64 = 1024;

impl Store {
    /// Removes records that nobody used for longer than [`StoreConfig::expiry`](crate::StoreConfig::expiry) before `now`, and says how
    /// many. At most 256 at once: where it removed any, it may be called again.
    ///
    /// # Errors
    /// What the disk says.
    pub fn expire(&self, now: SystemTime) -> Result<usize, StoreError> {
        let oldest = now.checked_sub(self.config.expiry).map_or(0, seconds);
        let expired = self.write(|change| {
            // No index: the rows are small, and a second tree would cost every put and touch a page.
            let mut query = change
                .prepare("SELECT owner, id, slot, sum FROM record WHERE last_used < ?1 LIMIT ?2")?;
            let expired = query.query_map([oldest, EXPIRED_PER_CALL], |row| {
                // A damaged key is still what the row is found by.
                let key: (Value, Value) = (row.get(0)?, row.get(1)?);
                let content = (row.get::<_, i64>(2).ok(), row.get::<_, Sum>(3).ok());
                Ok((key, content))
            })?;
            let expired = expired.collect::<Result<Vec<_>, _>>()?;
            for ((owner, id), content) in &expired {
                if let (Some(slot), Some(sum)) = content {
                    forget(change, *slot, sum)?;
                }
                change.execute(
                    "DELETE FROM record WHERE owner = ?1 AND id = ?2",
                    params![owner, id],
                )?;
            }
            Ok(expired)
        })?;
        for (key, _) in &expired {
            if let (Value::Blob(owner), Value::Text(id)) = key
                && let Ok(owner) = owner.as_slice().try_into()
            {
                self.outdated.clear(Key { owner, id })?;
            }
        }
        Ok(expired.len())
    }

    /// Gives free space of the file back to the disk, and says how many bytes. Some 4 MiB at most: where it gave any, it may be
    /// called again.
    ///
    /// # Errors
    /// What the disk says.
    pub fn vacuum(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            let (before, _) = pages(connection)?;
            let mut query =
                connection.prepare(&format!("PRAGMA incremental_vacuum({VACUUMED_PER_CALL})"))?;
            let mut rows = query.query([])?;
            while rows.next()?.is_some() {}
            let (after, _) = pages(connection)?;
            if after < before {
                // The file itself becomes shorter when its log is carried into it.
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
            }
            Ok(before.saturating_sub(after) * PAGE_BYTES)
        })
    }

    /// Waits until the disk has all that was put.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if other processes leave no gap for it; otherwise what the disk says.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            let sql = "PRAGMA wal_checkpoint(FULL)";
            let busy = connection.query_row(sql, [], |row| row.get::<_, bool>(0))?;
            if busy { Err(StoreError::Busy) } else { Ok(()) }
        })
    }

    /// What an owner's records come to.
    ///
    /// # Errors
    /// What the disk says.
    pub fn usage(&self, owner: &Owner) -> Result<Usage, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*), total(bytes) FROM record WHERE owner = ?1";
            Ok(connection.query_row(sql, [owner], usage)?)
        })
    }

    /// What everybody's records come to. It looks at each of them: some milliseconds for 20,000.
    ///
    /// # Errors
    /// What the disk says.
    pub fn usage_total(&self) -> Result<TotalUsage, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*), total(bytes) FROM record";
            let Usage { records, bytes } = connection.query_row(sql, [], usage)?;
            let (pages, free) = pages(connection)?;
            Ok(TotalUsage {
                records,
                bytes,
                file_bytes: pages * PAGE_BYTES,
                free_bytes: free * PAGE_BYTES,
            })
        })
    }
}
