//! Putting, getting and removing records.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::error::{Room, StoreError};
use crate::record::{Key, Listing, Owner, Put, Record};
use crate::rows::{Stored, forget, free_slot, ids, is_content_whole, pages, usage};
use crate::schema;
use crate::seal::{seal, sum};
use crate::store::{Store, seconds};

impl Store {
    /// Stores a record in place of the one before it, and counts it as used at `now`. Once this returns, it survives the process;
    /// the [`Durability`](crate::Durability) says what else.
    ///
    /// A record whose generation is not above the stored one's is not stored: [`Put::Stale`]. One that is damaged is replaced by any.
    ///
    /// # Errors
    /// [`StoreError::Quota`], [`StoreError::Full`] or [`StoreError::TooLong`] if there is no room for it, or what the disk says. The
    /// record before it is still there then.
    pub fn put(&self, key: Key<'_>, record: &Record, now: SystemTime) -> Result<Put, StoreError> {
        check_length("an id", key.id.len(), Key::MAX_ID_BYTES)?;
        check_length("a meta", record.meta.len(), Record::MAX_META_BYTES)?;
        check_length(
            "a snapshot",
            record.snapshot.len(),
            Record::MAX_SNAPSHOT_BYTES,
        )?;
        let sum = sum(&record.snapshot);
        let seal = seal(key, record.generation, record.bytes(), &record.meta, &sum);
        let put = self.write(|change| {
            let before = Stored::find_readable(change, key)?;
            let whole = before.as_ref().filter(|before| before.is_whole(key));
            if let Some(before) = whole
                && record.generation <= before.generation
                && is_content_whole(change, before.slot, &before.sum)?
            {
                let stored = before.generation;
                return Ok(Put::Stale { stored });
            }
            self.check_quota(change, key, record)?;
            self.check_total(change, whole, record)?;
            if let Some(before) = before {
                forget(change, before.slot, &before.sum)?;
            }
            let slot = free_slot(change)?;
            let sql = "INSERT INTO content (slot, snapshot) VALUES (?1, ?2)";
            change.execute(sql, params![slot, record.snapshot])?;
            change.execute(
                "INSERT OR REPLACE INTO record (owner, id, generation, last_used, bytes, slot, sum, seal, meta)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    key.owner,
                    key.id,
                    record.generation.cast_signed(),
                    seconds(now),
                    record.bytes().cast_signed(),
                    slot,
                    sum,
                    seal,
                    record.meta
                ],
            )?;
            Ok(Put::Stored)
        })?;
        if put == Put::Stored {
            self.outdated.clear(key)?;
        }
        Ok(put)
    }

    /// Says that what is stored of a record, up to this generation, is older than what its session is: nobody gets it any more, until another is
    /// put. For when that cannot be put, for lack of room or for damage: this needs no room.
    ///
    /// # Errors
    /// [`StoreError::Full`] if this was said of some thousand records; otherwise what the disk says.
    pub fn outdate(&self, key: Key<'_>, generation: u64) -> Result<(), StoreError> {
        self.beside(|| self.outdated.mark(key, generation))
    }

    /// The record, exactly as it was put; `None` if there is none. Whether it would have expired is not asked, and it is not touched.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is no longer what was put, [`StoreError::Outdated`] if that was said of it; otherwise what the disk says.
    pub fn get(&self, key: Key<'_>) -> Result<Option<Record>, StoreError> {
        let found = self.read(|connection| {
            let sql = "SELECT record.*, content.snapshot FROM record LEFT JOIN content USING (slot)
                       WHERE owner = ?1 AND id = ?2";
            let read = |row: &Row<'_>| Ok((Stored::read(row)?, row.get::<_, Vec<u8>>("snapshot")?));
            let found = connection
                .query_row(sql, params![key.owner, key.id], read)
                .optional();
            found.map_err(|error| StoreError::from(error).of_record(key.id))
        })?;
        // The sums are taken when others may use the store again.
        match found {
            None => Ok(None),
            Some((stored, _)) if self.outdated.has(key, stored.generation)? => {
                Err(StoreError::Outdated {
                    id: key.id.to_owned(),
                })
            }
            Some((stored, snapshot)) if stored.is_whole(key) && sum(&snapshot) == stored.sum => {
                Ok(Some(Record {
                    generation: stored.generation,
                    meta: stored.meta,
                    snapshot,
                }))
            }
            Some(_) => Err(StoreError::Corrupt {
                id: key.id.to_owned(),
            }),
        }
    }

    /// Counts a record as used at `now`, never earlier than before; `false` if there is none.
    ///
    /// # Errors
    /// What the disk says.
    pub fn touch(&self, key: Key<'_>, now: SystemTime) -> Result<bool, StoreError> {
        self.write(|change| {
            let sql =
                "UPDATE record SET last_used = max(last_used, ?3) WHERE owner = ?1 AND id = ?2";
            let touched = change.execute(sql, params![key.owner, key.id, seconds(now)])?;
            Ok(touched > 0)
        })
    }

    /// Removes a record, damaged or not; `false` if there was none. Its generation is forgotten with it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn remove(&self, key: Key<'_>) -> Result<bool, StoreError> {
        let removed = self.write(|change| {
            if let Some(stored) = Stored::find_readable(change, key)? {
                forget(change, stored.slot, &stored.sum)?;
            }
            let sql = "DELETE FROM record WHERE owner = ?1 AND id = ?2";
            let removed = change.execute(sql, params![key.owner, key.id])?;
            Ok(removed > 0)
        })?;
        self.outdated.clear(key)?;
        Ok(removed)
    }

    /// What an owner has.
    ///
    /// # Errors
    /// What the disk says.
    pub fn list(&self, owner: &Owner) -> Result<Listing, StoreError> {
        self.read(|connection| {
            // All of it as of one moment.
            let moment = connection.unchecked_transaction()?;
            let mut listing = Listing {
                entries: Vec::new(),
                corrupt: Vec::new(),
            };
            // Each by itself, so that none that is damaged keeps the others from being read.
            for id in ids(&moment, owner)? {
                match Stored::find(&moment, Key { owner, id: &id }) {
                    Ok(Some(stored)) if stored.is_whole(Key { owner, id: &id }) => {
                        listing.entries.push(stored.entry(id));
                    }
                    Ok(_) | Err(StoreError::Damaged { .. }) => listing.corrupt.push(id),
                    Err(error) => return Err(error),
                }
            }
            Ok(listing)
        })
    }

    fn check_quota(
        &self,
        change: &Connection,
        key: Key<'_>,
        record: &Record,
    ) -> Result<(), StoreError> {
        let sql = "SELECT count(*), total(bytes) FROM record WHERE owner = ?1 AND id <> ?2";
        let others = change.query_row(sql, params![key.owner, key.id], usage)?;
        let quota = |what, wanted, limit, setting| {
            let error = StoreError::Quota {
                what,
                wanted,
                limit,
                setting,
            };
            if wanted > limit { Err(error) } else { Ok(()) }
        };
        let (records, bytes) = (
            others.records + 1,
            others.bytes.saturating_add(record.bytes()),
        );
        let limit = u64::from(self.config.quota_records_per_owner);
        quota("records", records, limit, "quota_records_per_owner")?;
        let limit = self.config.quota_bytes_per_owner;
        quota("bytes", bytes, limit, "quota_bytes_per_owner")
    }

    /// Whether the file can take the record: what is free in it counts, and so does what the record replaces.
    fn check_total(
        &self,
        change: &Connection,
        before: Option<&Stored>,
        record: &Record,
    ) -> Result<(), StoreError> {
        let (pages, free) = pages(change)?;
        // Beside its own pages, a record may split some in the trees, and begin one of the map that vacuuming needs.
        const SLACK: u64 = 8;
        let wanted = record.bytes() / (schema::PAGE_BYTES - 4) + SLACK;
        let given = before.map_or(0, |before| before.bytes / schema::PAGE_BYTES);
        let limit = self.config.total_bytes / schema::PAGE_BYTES;
        if (pages - free + wanted).saturating_sub(given) > limit {
            return Err(StoreError::Full { what: Room::Store });
        }
        Ok(())
    }
}

fn check_length(what: &'static str, bytes: usize, limit: usize) -> Result<(), StoreError> {
    if bytes > limit {
        return Err(StoreError::TooLong { what, bytes, limit });
    }
    Ok(())
}
