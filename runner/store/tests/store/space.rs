//! Expiry, vacuum, and how much a record takes.

use std::fs;

use croquant_store::{Durability, Key, Store, StoreConfig};

use crate::{Place, at, config, key, put, record};

/// After a record was put at 0 and touched at `touched`, `expire` at `now` leaves it or not.
#[track_caller]
fn check_expiry(touched: u64, now: u64, stays: bool) {
    let place = Place::new();
    let store = place.open();
    put(&store, key("a"), &record(1, 1, 5_000));
    assert!(store.touch(key("a"), at(touched)).unwrap());
    assert_eq!(store.expire(at(now)).unwrap(), usize::from(!stays));
    assert_eq!(store.get(key("a")).unwrap().is_some(), stays);
}

#[test]
fn used_lately() {
    check_expiry(0, 100, true);
    check_expiry(50, 150, true);
}

#[test]
fn not_used_for_long() {
    check_expiry(0, 101, false);
    check_expiry(50, 151, false);
}

/// As many records as owners, of 10 KiB.
fn fill(store: &Store, records: u32) {
    for number in 0..records {
        put(
            store,
            Key {
                owner: &owner(number),
                id: "a",
            },
            &record(number, 1, 10_240),
        );
    }
}

fn owner(number: u32) -> [u8; 32] {
    let mut owner = [0; 32];
    // As hashes do, they lie everywhere.
    owner[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
    owner
}

#[test]
fn bounded_work() {
    let place = Place::new();
    let store = place.open();
    fill(&store, 600);
    let mut removed = Vec::new();
    while let count @ 1.. = store.expire(at(1_000)).unwrap() {
        removed.push(count);
    }
    assert_eq!(removed, [256, 256, 88]);
    assert_eq!(store.usage_total().unwrap().records, 0);
}

#[test]
fn vacuum_gives_back() {
    let place = Place::new();
    let store = place.open();
    fill(&store, 400);
    store
        .touch(
            Key {
                owner: &owner(7),
                id: "a",
            },
            at(900),
        )
        .unwrap();
    while store.expire(at(1_000)).unwrap() > 0 {}
    store.sync().unwrap();
    let full = fs::metadata(place.path()).unwrap().len();
    let first = store.vacuum().unwrap();
    assert!((1..=5 << 20).contains(&first), "{first}");
    let mut given = first;
    while let bytes @ 1.. = store.vacuum().unwrap() {
        given += bytes;
    }
    let left = fs::metadata(place.path()).unwrap().len();
    assert_eq!(full - left, given);
    assert!(left < 64 << 10, "{left}");
    assert_eq!(store.usage_total().unwrap().file_bytes, left);
    let stays = Key {
        owner: &owner(7),
        id: "a",
    };
    assert_eq!(store.get(stays).unwrap(), Some(record(7, 1, 10_240)));
}

#[test]
fn bytes_a_record() {
    let place = Place::new();
    let store = place.open();
    fill(&store, 2_000);
    let usage = store.usage_total().unwrap();
    assert_eq!((usage.records, usage.bytes / 2_000), (2_000, 10_251));
    assert!(usage.file_bytes / 2_000 < 12_500, "{usage:?}");
}

#[test]
fn synced() {
    let place = Place::new();
    let config = StoreConfig {
        durability: Durability::Synced,
        ..config()
    };
    let store = Store::open(&place.path(), &config).unwrap().store;
    put(&store, key("a"), &record(1, 1, 5_000));
    assert_eq!(store.get(key("a")).unwrap(), Some(record(1, 1, 5_000)));
}
