//! What is put comes back, the newest of it, to its owner.

use std::thread;

use croquant_store::{Key, Put, Record};

use crate::{ANNE, BERT, Place, at, check_error, key, put, record};

/// Comes back as it was put, from this store and from one opened later.
#[track_caller]
fn check_round_trip(id: &str, record: Record) {
    let place = Place::new();
    let store = place.open();
    put(&store, key(id), &record);
    assert_eq!(store.get(key(id)).unwrap().as_ref(), Some(&record));
    drop(store);
    assert_eq!(place.open().get(key(id)).unwrap(), Some(record));
}

#[test]
fn nothing_in_it() {
    check_round_trip(
        "empty",
        Record {
            generation: 0,
            meta: Vec::new(),
            snapshot: Vec::new(),
        },
    );
}

#[test]
fn a_byte() {
    check_round_trip("b", record(1, 1, 1));
}

#[test]
fn a_usual_one() {
    check_round_trip("0b0b4b5e-6f0d-4a58-9d2e-0a4b7d7a2d11", record(1, 1, 10_240));
}

#[test]
fn a_large_one() {
    check_round_trip("large", record(1, 1, 900_000));
}

#[test]
fn the_last_generation() {
    check_round_trip("last", record(1, u64::MAX, 10));
}

#[test]
fn any_id() {
    check_round_trip("é \u{1F40D} ' \" \0 %", record(1, 1, 10));
    check_round_trip("", record(1, 1, 10));
}

#[test]
fn the_longest_of_all() {
    let mut longest = record(1, 1, 10);
    longest.meta = vec![7; Record::MAX_META_BYTES];
    check_round_trip(&"i".repeat(Key::MAX_ID_BYTES), longest);
}

#[test]
fn too_long() {
    let place = Place::new();
    let store = place.open();
    let id = "i".repeat(Key::MAX_ID_BYTES + 1);
    check_error(store.put(key(&id), &record(1, 1, 10), at(0)), "TooLong");
    let mut long = record(1, 1, 10);
    long.meta = vec![7; Record::MAX_META_BYTES + 1];
    check_error(store.put(key("a"), &long, at(0)), "TooLong");
}

/// The second generation, put after the first.
#[track_caller]
fn check_generations(first: u64, second: u64, expected: Put) {
    let place = Place::new();
    let store = place.open();
    put(&store, key("a"), &record(1, first, 5_000));
    assert_eq!(
        store
            .put(key("a"), &record(2, second, 6_000), at(1))
            .unwrap(),
        expected
    );
    let stays = match expected {
        Put::Stored => record(2, second, 6_000),
        Put::Stale { .. } => record(1, first, 5_000),
    };
    assert_eq!(store.get(key("a")).unwrap(), Some(stays));
}

#[test]
fn newer() {
    check_generations(1, 2, Put::Stored);
    check_generations(0, u64::MAX, Put::Stored);
    check_generations(i64::MAX as u64, i64::MAX as u64 + 1, Put::Stored);
}

#[test]
fn older_or_the_same() {
    check_generations(2, 1, Put::Stale { stored: 2 });
    check_generations(2, 2, Put::Stale { stored: 2 });
    check_generations(u64::MAX, 1, Put::Stale { stored: u64::MAX });
}

#[test]
fn removed_once() {
    let place = Place::new();
    let store = place.open();
    put(&store, key("a"), &record(1, 9, 5_000));
    put(&store, key("b"), &record(2, 9, 5_000));
    assert!(store.remove(key("a")).unwrap());
    assert!(!store.remove(key("a")).unwrap());
    assert_eq!(store.get(key("a")).unwrap(), None);
    assert_eq!(store.get(key("b")).unwrap(), Some(record(2, 9, 5_000)));
    put(&store, key("a"), &record(3, 1, 5_000));
}

#[test]
fn its_owner_only() {
    let place = Place::new();
    let store = place.open();
    let of_bert = Key {
        owner: &BERT,
        id: "a",
    };
    put(&store, key("a"), &record(1, 5, 5_000));
    assert_eq!(store.get(of_bert).unwrap(), None);
    assert!(!store.remove(of_bert).unwrap());
    assert!(!store.touch(of_bert, at(9)).unwrap());
    assert!(store.list(&BERT).unwrap().entries.is_empty());
    put(&store, of_bert, &record(2, 1, 5_000));
    assert_eq!(store.get(key("a")).unwrap(), Some(record(1, 5, 5_000)));
    assert_eq!(store.get(of_bert).unwrap(), Some(record(2, 1, 5_000)));
}

#[test]
fn listed() {
    let place = Place::new();
    let store = place.open();
    put(&store, key("b"), &record(2, 7, 200));
    put(&store, key("a"), &record(1, 1, 100));
    put(
        &store,
        Key {
            owner: &BERT,
            id: "c",
        },
        &record(3, 1, 300),
    );
    assert!(store.touch(key("b"), at(5)).unwrap());
    assert!(store.touch(key("b"), at(3)).unwrap());
    let listing = store.list(&ANNE).unwrap();
    assert!(listing.corrupt.is_empty());
    let entries = listing.entries.iter();
    let entries: Vec<_> = entries
        .map(|it| (it.id.as_str(), it.generation, it.bytes, it.last_used))
        .collect();
    assert_eq!(entries, [("a", 1, 109, at(0)), ("b", 7, 209, at(5))]);
    assert_eq!(listing.entries[1].meta, b"meta of 2");
}

#[test]
fn several_threads() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    thread::scope(|scope| {
        for (thread, store) in [&one, &one, &other, &other].into_iter().enumerate() {
            scope.spawn(move || {
                let id = format!("kernel-{thread}");
                for generation in 1..=50 {
                    let record = record(thread as u32, generation, 9_000);
                    put(store, key(&id), &record);
                    assert_eq!(store.get(key(&id)).unwrap(), Some(record));
                }
            });
        }
    });
    assert_eq!(one.list(&ANNE).unwrap().entries.len(), 4);
}
