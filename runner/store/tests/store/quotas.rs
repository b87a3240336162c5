//! What an owner may have, and what all may have.

use croquant_store::{Key, Store, StoreConfig, Usage};

use crate::{ANNE, BERT, Place, at, check_error, config, key, put, record};

fn open(config: StoreConfig) -> (Place, Store) {
    let place = Place::new();
    let store = Store::open(&place.path(), &config).unwrap().store;
    (place, store)
}

#[test]
fn bytes_of_an_owner() {
    let (_place, store) = open(StoreConfig {
        quota_bytes_per_owner: 10_000,
        ..config()
    });
    put(&store, key("a"), &record(1, 1, 4_000));
    let (fits, does_not) = (10_000 - 4_009 - 9, 10_000 - 4_009 - 8);
    check_error(
        store.put(key("b"), &record(2, 1, does_not), at(0)),
        "Quota { what: \"bytes\", wanted: 10001",
    );
    put(&store, key("b"), &record(2, 1, fits));
    // Another owner has room, and a record counts once when it is replaced.
    put(
        &store,
        Key {
            owner: &BERT,
            id: "a",
        },
        &record(3, 1, 9_000),
    );
    put(&store, key("a"), &record(4, 2, 4_000));
    check_error(store.put(key("a"), &record(5, 3, 4_001), at(0)), "Quota");
    assert_eq!(store.get(key("a")).unwrap(), Some(record(4, 2, 4_000)));
    assert_eq!(
        store.usage(&ANNE).unwrap(),
        Usage {
            records: 2,
            bytes: 10_000
        }
    );
}

#[test]
fn records_of_an_owner() {
    let (_place, store) = open(StoreConfig {
        quota_records_per_owner: 2,
        ..config()
    });
    put(&store, key("a"), &record(1, 1, 10));
    put(&store, key("b"), &record(2, 1, 10));
    check_error(
        store.put(key("c"), &record(3, 1, 10), at(0)),
        "Quota { what: \"records\", wanted: 3, limit: 2",
    );
    put(&store, key("b"), &record(4, 2, 10));
    put(
        &store,
        Key {
            owner: &BERT,
            id: "c",
        },
        &record(5, 1, 10),
    );
    store.remove(key("a")).unwrap();
    put(&store, key("c"), &record(3, 1, 10));
}

#[test]
fn bytes_of_all() {
    let limit = 1 << 20;
    let (place, store) = open(StoreConfig {
        total_bytes: limit,
        ..config()
    });
    let owner = |number| [number; 32];
    let full = (0..=255).find(|number| {
        let key = Key {
            owner: &owner(*number),
            id: "a",
        };
        store
            .put(key, &record(u32::from(*number), 1, 20_000), at(0))
            .is_err()
    });
    let full = owner(full.unwrap());
    let full = Key {
        owner: &full,
        id: "a",
    };
    check_error(
        store.put(full, &record(1, 1, 20_000), at(0)),
        "Full { what: Store }",
    );
    // What replaces a record has its room, and what was removed makes room.
    let first = owner(0);
    let first = Key {
        owner: &first,
        id: "a",
    };
    put(&store, first, &record(7, 2, 20_000));
    store.remove(first).unwrap();
    put(&store, full, &record(8, 1, 20_000));
    store.sync().unwrap();
    let bytes = std::fs::metadata(place.path()).unwrap().len();
    assert!((limit / 2..=limit).contains(&bytes), "{bytes}");
}
