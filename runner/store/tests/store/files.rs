//! Which files are taken as a store, and who may read them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use croquant_store::Store;
use rusqlite::Connection;

use crate::{Place, check_error, config, key, put, record};

/// What is there before is made by `prepare`; it is refused and unchanged.
#[track_caller]
fn check_refused(expected: &str, prepare: impl FnOnce(&Path)) {
    let place = Place::new();
    prepare(&place.path());
    let before = fs::read(place.path()).ok();
    check_error(Store::open(&place.path(), &config()), expected);
    assert_eq!(fs::read(place.path()).ok(), before);
}

/// What is there before is made by `prepare`; it becomes a store.
#[track_caller]
fn check_taken(prepare: impl FnOnce(&Path)) {
    let place = Place::new();
    prepare(&place.path());
    put(&place.open(), key("a"), &record(1, 1, 5_000));
    assert_eq!(
        place.open().get(key("a")).unwrap(),
        Some(record(1, 1, 5_000))
    );
}

/// A store as the last one that had it open left it.
fn make(path: &Path) {
    Store::open(path, &config()).unwrap();
}

fn sql(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn nothing_there() {
    check_taken(|_| {});
}

#[test]
fn an_empty_file() {
    check_taken(|path| fs::write(path, "").unwrap());
}

#[test]
fn a_store() {
    check_taken(make);
}

#[test]
fn a_store_that_was_removed() {
    check_taken(|path| {
        make(path);
        fs::remove_file(path).unwrap();
    });
}

#[test]
fn a_link_to_a_store() {
    check_refused("NotOurs", |path| {
        let elsewhere = path.with_file_name("elsewhere.db");
        make(&elsewhere);
        symlink(elsewhere, path).unwrap();
    });
}

#[test]
fn a_link_to_nothing() {
    check_refused("NotOurs", |path| symlink("nothing", path).unwrap());
}

#[test]
fn a_second_name() {
    check_refused("NotOurs", |path| {
        make(path);
        fs::hard_link(path, path.with_file_name("second.db")).unwrap();
    });
}

#[test]
fn a_linked_lock() {
    check_refused("File", |path| {
        symlink("elsewhere", path.with_file_name("sessions.db.lock")).unwrap();
    });
}

#[test]
fn a_folder() {
    check_refused("NotOurs", |path| fs::create_dir(path).unwrap());
}

#[test]
fn another_user() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("only root can give a file to another user: not tried");
        return;
    }
    check_refused("NotOurs", |path| {
        make(path);
        chown(path, Some(12_345), None).unwrap();
    });
}

#[test]
fn a_text() {
    check_refused("NotOurs", |path| {
        fs::write(path, "Dear diary, ".repeat(1_000)).unwrap()
    });
}

#[test]
fn another_database() {
    check_refused("NotOurs", |path| sql(path, "CREATE TABLE record (a)"));
}

#[test]
fn another_database_where_a_store_was() {
    check_refused("NotOurs", |path| {
        make(path);
        fs::remove_file(path).unwrap();
        sql(path, "CREATE TABLE record (a)");
    });
}

#[test]
fn a_newer_version() {
    check_refused("Newer", |path| {
        make(path);
        sql(path, "PRAGMA user_version = 99");
    });
}

#[test]
fn an_older_version() {
    // Version 0 has no tables.
    check_taken(|path| {
        sql(
            path,
            "PRAGMA application_id = 0x43715374; PRAGMA user_version = 0",
        )
    });
}

#[test]
fn no_folder() {
    let place = Place::new();
    check_error(
        Store::open(&place.path().join("sessions.db"), &config()),
        "File",
    );
}

#[test]
fn only_its_owner_reads() {
    let place = Place::new();
    let store = place.open();
    put(&store, key("a"), &record(1, 1, 5_000));
    for entry in fs::read_dir(place.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
    }
    drop(store);
    fs::set_permissions(place.path(), Permissions::from_mode(0o644)).unwrap();
    drop(place.open());
    let mode = fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn moved_while_open() {
    let place = Place::new();
    let store = place.open();
    put(&store, key("a"), &record(1, 1, 5_000));
    let elsewhere = place.path().with_file_name("elsewhere.db");
    fs::rename(place.path(), &elsewhere).unwrap();
    check_error(
        store.put(key("b"), &record(1, 1, 10), crate::at(0)),
        "Moved",
    );
    check_error(store.get(key("a")), "Moved");
    fs::rename(&elsewhere, place.path()).unwrap();
    put(&store, key("b"), &record(1, 1, 10));
}
