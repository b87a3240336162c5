//! The rows of both tables, and what may be wrong with them.

use rusqlite::{Connection, OptionalExtension as _, Row, params, types::ValueRef};

use crate::error::StoreError;
use crate::record::{Entry, Key, Owner, Usage};
use crate::seal::{Sum, seal, sum};
use crate::store::time;

/// A row of the table `record`: what is said of a record, true or not.
pub(crate) struct Stored {
    pub(crate) generation: u64,
    last_used: i64,
    pub(crate) bytes: u64,
    pub(crate) slot: i64,
    pub(crate) sum: Sum,
    seal: Sum,
    pub(crate) meta: Vec<u8>,
}

impl Stored {
    /// What is said of the record of this key.
    pub(crate) fn find(connection: &Connection, key: Key<'_>) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT * FROM record WHERE owner = ?1 AND id = ?2";
        let found = connection.query_row(sql, params![key.owner, key.id], Self::read);
        Ok(found.optional()?)
    }

    /// The same, and none if the row cannot be read, for those that would only be rid of it.
    pub(crate) fn find_readable(
        connection: &Connection,
        key: Key<'_>,
    ) -> Result<Option<Self>, StoreError> {
        match Self::find(connection, key) {
            Err(StoreError::Damaged { .. }) => Ok(None),
            found => found,
        }
    }

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            generation: row.get::<_, i64>("generation")?.cast_unsigned(),
            last_used: row.get("last_used")?,
            bytes: row.get::<_, i64>("bytes")?.cast_unsigned(),
            slot: row.get("slot")?,
            sum: row.get("sum")?,
            seal: row.get("seal")?,
            meta: row.get("meta")?,
        })
    }

    /// As it is listed.
    pub(crate) fn entry(self, id: String) -> Entry {
        Entry {
            id,
            generation: self.generation,
            meta: self.meta,
            bytes: self.bytes,
            last_used: time(self.last_used),
        }
    }

    /// Whether it is what was put for this key.
    pub(crate) fn is_whole(&self, key: Key<'_>) -> bool {
        self.seal == seal(key, self.generation, self.bytes, &self.meta, &self.sum)
    }
}

/// The ids of an owner's records, which are read even where the rest of a row is damaged.
pub(crate) fn ids(connection: &Connection, owner: &Owner) -> Result<Vec<String>, StoreError> {
    let mut query = connection.prepare("SELECT id FROM record WHERE owner = ?1 ORDER BY id")?;
    let ids = query.query_map([owner], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Text(id) => String::from_utf8_lossy(id).into_owned(),
            // Damage: it will not be found by this, and be listed as corrupt.
            _ => String::new(),
        })
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Where the next snapshot goes: at the end, or, where a damaged page is the end, before the beginning. That is asked first, as
/// what SQLite had changed before it came to a damaged page would be committed with the rest.
pub(crate) fn free_slot(connection: &Connection) -> Result<i64, StoreError> {
    let end = |sql| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
    match end("SELECT max(slot) FROM content").map_err(StoreError::from) {
        Ok(last) => Ok(last.map_or(1, |last| last.wrapping_add(1))),
        Err(StoreError::Damaged { .. }) => {
            let first = end("SELECT min(slot) FROM content")?;
            Ok(first.map_or(1, |first| first.wrapping_sub(1)))
        }
        Err(error) => Err(error),
    }
}

/// Frees a snapshot's pages if it is whole. SQLite frees the pages to which each page leads; where one was changed, that may
/// be another record's. Such a snapshot stays where it is, and nothing leads to it any more.
pub(crate) fn forget(change: &Connection, slot: i64, expected: &Sum) -> Result<(), StoreError> {
    if is_content_whole(change, slot, expected)? {
        change.execute("DELETE FROM content WHERE slot = ?1", [slot])?;
    }
    Ok(())
}

/// Whether the snapshot in this slot is there and has this sum.
pub(crate) fn is_content_whole(
    connection: &Connection,
    slot: i64,
    expected: &Sum,
) -> Result<bool, StoreError> {
    let sql = "SELECT snapshot FROM content WHERE slot = ?1";
    let found = connection.query_row(sql, [slot], |row| row.get::<_, Vec<u8>>(0));
    match found.optional().map_err(StoreError::from) {
        Ok(snapshot) => Ok(snapshot.is_some_and(|snapshot| sum(&snapshot) == *expected)),
        Err(StoreError::Damaged { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// How many and how much: a count and a float, as a sum of damaged numbers must not overflow.
pub(crate) fn usage(row: &Row<'_>) -> rusqlite::Result<Usage> {
    Ok(Usage {
        records: row.get::<_, i64>(0)?.cast_unsigned(),
        bytes: row.get::<_, f64>(1)? as u64,
    })
}

/// The pages of the file, and those among them that are free.
pub(crate) fn pages(connection: &Connection) -> Result<(u64, u64), StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (pages, free) = (pragma("page_count")?, pragma("freelist_count")?);
    let free = free.clamp(0, pages);
    Ok((pages.cast_unsigned(), free.cast_unsigned()))
}
