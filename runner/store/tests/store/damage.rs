//! Bytes of the file change: what lies there is lost and says so, and nothing else is.

use std::fs;

use croquant_store::{Key, Put, Record, Store, StoreError};

use crate::{ANNE, BERT, Place, at, check_error, config, key, put, record};

const RECORDS: u32 = 6;

fn id(number: u32) -> String {
    format!("kernel-{number}")
}

fn original(number: u32) -> Record {
    record(number, 1, 9_000 + 500 * number as usize)
}

/// A store with some records, closed, and its bytes.
fn filled() -> (Place, Vec<u8>) {
    let place = Place::new();
    let store = place.open();
    fill(place, store)
}

/// The same after some use: a snapshot's pages no longer follow each other, and only they themselves say which is next.
fn used() -> (Place, Vec<u8>) {
    let place = Place::new();
    let store = place.open();
    // Each has one page beside those that they share; every other one is free then.
    for number in 0..6 {
        for owner in [&ANNE, &BERT] {
            let id = &id(number);
            put(&store, Key { owner, id }, &record(number, 1, 6_000));
        }
    }
    for number in 0..6 {
        assert!(store.remove(key(&id(number))).unwrap());
    }
    fill(place, store)
}

fn fill(place: Place, store: Store) -> (Place, Vec<u8>) {
    for number in 0..RECORDS {
        put(&store, key(&id(number)), &original(number));
    }
    drop(store);
    let bytes = fs::read(place.path()).unwrap();
    (place, bytes)
}

/// Where in the file this word of the record is. Words are unlike each other, and none is split between pages on this path.
fn find(file: &[u8], word: &[u8]) -> Option<usize> {
    file.windows(word.len()).position(|window| window == word)
}

/// Every region of one snapshot, flipped in turn: this record is corrupt, every time, and the others are whole.
#[test]
fn each_region_of_a_snapshot() {
    let (place, file) = filled();
    let victim = 3;
    let snapshot = original(victim).snapshot;
    let mut flipped = 0;
    for word in snapshot.chunks_exact(8).step_by(5) {
        // A word across two pages is found nowhere in one piece.
        let Some(offset) = find(&file, word) else {
            continue;
        };
        let mut damaged = file.clone();
        damaged[offset + flipped % 8] ^= 1 << (flipped % 7);
        fs::write(place.path(), &damaged).unwrap();
        let store = place.open();
        for number in 0..RECORDS {
            let got = store.get(key(&id(number)));
            if number == victim {
                check_error(got, &format!("Corrupt {{ id: \"{}\"", id(victim)));
            } else {
                assert_eq!(got.unwrap(), Some(original(number)));
            }
        }
        flipped += 1;
    }
    assert!(flipped > snapshot.len() / 8 / 5 - 5, "{flipped}");
}

/// Any byte of the file, flipped: what comes back was put, whatever else happens.
#[test]
fn any_byte_of_the_file() {
    let (place, file) = filled();
    let (mut lost, mut set_aside) = (0, 0);
    for offset in (0..100).chain((100..file.len()).step_by(53)) {
        let mut damaged = file.clone();
        damaged[offset] ^= 0x41;
        fs::write(place.path(), &damaged).unwrap();
        let opened = match Store::open(&place.path(), &config()) {
            Ok(opened) => opened,
            // The header says that it is another program's, or a later version's.
            Err(StoreError::NotOurs { .. } | StoreError::Newer { .. }) if offset < 100 => continue,
            Err(error) => panic!("{offset}: {error}"),
        };
        let whole = (0..RECORDS).filter(|number| match opened.store.get(key(&id(*number))) {
            Ok(Some(got)) => {
                assert_eq!(got, original(*number), "{offset}");
                true
            }
            Ok(None) | Err(StoreError::Corrupt { .. } | StoreError::Damaged { .. }) => false,
            Err(error) => panic!("{offset}: {error}"),
        });
        lost += usize::from(whole.count() < RECORDS as usize);
        for entry in opened
            .store
            .list(&ANNE)
            .map_or_else(|_| Vec::new(), |listing| listing.entries)
        {
            let number = (0..RECORDS).find(|number| id(*number) == entry.id).unwrap();
            assert_eq!(entry.meta, original(number).meta, "{offset}");
        }
        drop(opened.store);
        if let Some(aside) = opened.set_aside {
            assert_eq!(fs::read(&aside.path).unwrap(), damaged, "{offset}");
            fs::remove_file(aside.path).unwrap();
            set_aside += 1;
        }
    }
    assert!(lost > 1_000 && set_aside > 10, "{lost} {set_aside}");
}

/// A damaged record is replaced or removed, and the pages of the others are left alone, wherever its own lead now.
#[test]
fn a_damaged_record_goes() {
    let (place, file) = used();
    let pages = file.len() / 4096;
    // The first bytes of a page of a snapshot say which page is next, counted from 1: each is led to each.
    for (page, next) in
        (3..pages).flat_map(|page| (1..=pages as u32).step_by(2).map(move |next| (page, next)))
    {
        let mut damaged = file.clone();
        damaged[page * 4096..page * 4096 + 4].copy_from_slice(&next.to_be_bytes());
        if damaged == file {
            continue;
        }
        fs::write(place.path(), &damaged).unwrap();
        let opened = Store::open(&place.path(), &config()).unwrap();
        if let Some(aside) = opened.set_aside {
            fs::remove_file(aside.path).unwrap();
            continue;
        }
        check_damaged_go(&opened.store);
    }
}

#[track_caller]
fn check_damaged_go(store: &Store) {
    let is_corrupt = |number: &u32| store.get(key(&id(*number))).is_err();
    let (corrupt, whole): (Vec<u32>, Vec<u32>) = (0..RECORDS).partition(is_corrupt);
    for number in &corrupt {
        let replaced = store.put(key(&id(*number)), &record(90 + number, 1, 12_000), at(0));
        let removed = store.remove(key(&id(*number)));
        // A page that they share may take nothing any more; it says so.
        for result in [replaced.map(|put| put == Put::Stored), removed] {
            let expected = matches!(result, Ok(true) | Err(StoreError::Damaged { .. }));
            assert!(expected, "{number}: {result:?}");
        }
    }
    // What is free now is used: nothing of it was anybody's.
    for number in 0..2 {
        let _ = store.put(
            key(&format!("new-{number}")),
            &record(80 + number, 1, 12_000),
            at(0),
        );
    }
    for number in whole {
        assert_eq!(store.get(key(&id(number))).unwrap(), Some(original(number)));
    }
}

/// Any page becomes noise: a store that still opens takes a new record, lists what can be read, and forgets what cannot.
#[test]
fn any_page() {
    let (place, file) = filled();
    let (mut taken, mut listed) = (0, 0);
    for page in 1..file.len() / 4096 {
        let mut damaged = file.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(place.path(), &damaged).unwrap();
        let opened = Store::open(&place.path(), &config()).unwrap();
        if let Some(aside) = opened.set_aside {
            fs::remove_file(aside.path).unwrap();
            continue;
        }
        let store = opened.store;
        match store.put(key("new"), &record(77, 1, 9_000), at(0)) {
            Ok(Put::Stored) => {
                assert_eq!(store.get(key("new")).unwrap(), Some(record(77, 1, 9_000)));
                taken += 1;
            }
            // Nothing was changed then.
            refused => check_error(refused, "Damaged"),
        }
        listed += usize::from(store.list(&ANNE).unwrap().entries.len() >= RECORDS as usize);
        for number in 0..RECORDS {
            match store.get(key(&id(number))) {
                Ok(Some(got)) => assert_eq!(got, original(number), "{page}"),
                got => check_error(got, "Corrupt"),
            }
        }
    }
    // One page is the new record's neighbour at either end of so small a tree.
    assert!(listed > 10 && taken + 1 >= listed, "{taken} {listed}");
}

/// Each byte of a record's row, flipped: its record can be replaced and removed all the same, and the others are whole.
#[test]
fn each_byte_of_a_row() {
    let (place, file) = filled();
    let meta = original(3).meta;
    let end = find(&file, &meta).unwrap() + meta.len();
    // The numbers, the sums and the meta lie between the id and the end.
    let start = file[..end]
        .windows(8)
        .rposition(|window| window == id(3).as_bytes())
        .unwrap()
        + 8;
    for offset in start..end {
        let mut damaged = file.clone();
        damaged[offset] ^= 0x21;
        fs::write(place.path(), &damaged).unwrap();
        let store = place.open();
        let listing = store.list(&ANNE).unwrap();
        assert_eq!(
            listing.entries.len() + listing.corrupt.len(),
            RECORDS as usize,
            "{offset}"
        );
        put(&store, key(&id(3)), &record(33, u64::MAX, 9_000));
        assert_eq!(
            store.get(key(&id(3))).unwrap(),
            Some(record(33, u64::MAX, 9_000))
        );
        assert!(store.remove(key(&id(3))).unwrap());
        for number in (0..RECORDS).filter(|number| *number != 3) {
            assert_eq!(store.get(key(&id(number))).unwrap(), Some(original(number)));
        }
    }
}

/// The file becomes what `damage` makes of it, and cannot be read: it is set aside as it is, and a new store begins.
#[track_caller]
fn check_set_aside(damage: impl FnOnce(&mut Vec<u8>)) {
    let (place, mut file) = filled();
    damage(&mut file);
    fs::write(place.path(), &file).unwrap();
    // One that was set aside before is left alone.
    let first = place.path().with_file_name("sessions.db.corrupt-1");
    fs::write(&first, "the first").unwrap();
    let opened = Store::open(&place.path(), &config()).unwrap();
    let aside = opened.set_aside.expect("it is set aside");
    assert_eq!(aside.path.file_name().unwrap(), "sessions.db.corrupt-2");
    assert_eq!(fs::read(&aside.path).unwrap(), file);
    assert_eq!(fs::read(&first).unwrap(), b"the first");
    assert_eq!(opened.store.get(key(&id(0))).unwrap(), None);
    put(&opened.store, key(&id(0)), &original(1));
    drop(opened.store);
    assert_eq!(place.open().get(key(&id(0))).unwrap(), Some(original(1)));
}

#[test]
fn all_zeros() {
    check_set_aside(|file| file.fill(0));
}

#[test]
fn all_noise() {
    check_set_aside(|file| file.fill(0xa5));
}

#[test]
fn a_first_page_of_zeros() {
    check_set_aside(|file| file[..4096].fill(0));
}

#[test]
fn tables_without_a_root() {
    check_set_aside(|file| file[100..].fill(0));
}

#[test]
fn truncated() {
    check_set_aside(|file| file.truncate(file.len() / 2));
}

#[test]
fn truncated_to_a_few_bytes() {
    check_set_aside(|file| file.truncate(60));
}

#[test]
fn truncated_to_nothing() {
    check_set_aside(Vec::clear);
}
