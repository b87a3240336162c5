//! The database: how it is set up, its tables, and its versions.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};

use crate::config::{Durability, StoreConfig};
use crate::error::StoreError;
use crate::place::Place;

/// `CqSt`: what the header of our files says, where `file` and SQLite look for whose they are.
pub(crate) const APPLICATION_ID: i64 = 0x4371_5374;

/// How the file gets from each version to the next; a new one goes through all of them.
///
/// A record is a small row, sought by its key and without a second index, and a snapshot in a slot of its own: a touch writes one page, a
/// listing reads no snapshot. A snapshot is a chain of pages that are its own, but for its first few bytes, which lie with its neighbours'.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE record (
        owner BLOB NOT NULL,
        id TEXT NOT NULL,
        generation INTEGER NOT NULL,
        last_used INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        sum BLOB NOT NULL,
        seal BLOB NOT NULL,
        meta BLOB NOT NULL,
        PRIMARY KEY (owner, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE content (slot INTEGER PRIMARY KEY, snapshot BLOB NOT NULL) STRICT;
"];

/// The version that this code reads and writes.
const VERSION: i64 = MIGRATIONS.len() as i64;

/// Bytes of a page: a page of the disk's and of the kernel's cache. What the file takes beyond records of 9 to 12 KiB, and of 2 to 40:
/// 2048: 6 % and 3 %; 4096: 10 % and 5 %; 8192: 6 % and 8 %; 16384: 57 % and 13 %. With 2048, each put writes twice as many.
pub(crate) const PAGE_BYTES: u64 = 4096;
/// How long a call waits for another process, before it is [`StoreError::Busy`].
const PATIENCE: Duration = Duration::from_secs(5);
/// What the log keeps of the disk between its uses, in bytes.
const LOG_BYTES: u64 = 4 << 20;

/// Opens what lies at `place`, which is empty or a database.
pub(crate) fn open(place: &Place, config: &StoreConfig) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(place.path(), flags)?;
    connection.busy_timeout(PATIENCE)?;
    // What a damaged or hostile file could make SQLite do beyond reading it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Nothing lies anywhere but in the file and its log.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let new = is_new(&connection)?;
    let version = if new { 0 } else { version(&connection, place)? };
    if new {
        // These two cannot be changed once there is a page.
        connection.pragma_update(None, "page_size", PAGE_BYTES as i64)?;
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES as i64, |_| Ok(()))?;
    let synchronous = match config.durability {
        Durability::Written => "NORMAL",
        Durability::Synced => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    migrate(&mut connection, version)?;
    probe(&connection)?;
    Ok(connection)
}

/// Whether nothing was ever written to it.
fn is_new(connection: &Connection) -> Result<bool, StoreError> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    Ok(pages == 0)
}

fn version(connection: &Connection, place: &Place) -> Result<i64, StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    if application != APPLICATION_ID {
        return Err(place.not_ours("it is a database of another program"));
    }
    if !(0..=VERSION).contains(&version) {
        return Err(StoreError::Newer {
            path: place.path().to_owned(),
            found: version,
            known: VERSION,
        });
    }
    Ok(version)
}

fn migrate(connection: &mut Connection, version: i64) -> Result<(), StoreError> {
    if version == VERSION {
        return Ok(());
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in MIGRATIONS.iter().skip(version as usize) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", VERSION)?;
    Ok(change.commit()?)
}

/// Whether anything can be read. One damaged page is no reason to give up the others; that none of many ways leads anywhere is.
fn probe(connection: &Connection) -> Result<(), StoreError> {
    let record = |first: u8| {
        let sql = "SELECT count(*) FROM record WHERE owner = ?1";
        connection.query_row(sql, [[first; 32].as_slice()], |_| Ok(()))
    };
    some((0..=255).step_by(17).map(record))?;
    let content = |order: &str| {
        let sql = format!(
            "SELECT count(*) FROM (SELECT slot FROM content ORDER BY slot {order} LIMIT 1)"
        );
        connection.query_row(&sql, [], |_| Ok(()))
    };
    some(["ASC", "DESC"].into_iter().map(content))
}

/// Whether any was right; otherwise what was wrong.
fn some(tries: impl Iterator<Item = rusqlite::Result<()>>) -> Result<(), StoreError> {
    let mut last = Ok(());
    for tried in tries {
        match tried {
            Ok(()) => return Ok(()),
            Err(error) => last = Err(error.into()),
        }
    }
    last
}
