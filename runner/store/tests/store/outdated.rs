//! Records of which it was said that they are older than their sessions.

use std::fs;

use croquant_store::{Put, Store};

use crate::{Place, at, check_error, config, key, put, record};

#[test]
fn nobody_gets_what_is_outdated() {
    let place = Place::new();
    let store = place.open();
    for id in ["a", "b"] {
        put(&store, key(id), &record(1, 5, 5_000));
    }
    store.outdate(key("a"), 7).unwrap();
    for store in [store, place.open()] {
        check_error(store.get(key("a")), "Outdated");
        assert_eq!(store.get(key("b")).unwrap(), Some(record(1, 5, 5_000)));
        assert_eq!(store.list(key("a").owner).unwrap().entries.len(), 2);
    }
}

#[test]
fn what_is_put_later_is_not_outdated() {
    let place = Place::new();
    let store = place.open();
    // Whoever begins it anew knows of no generation but the stored one.
    for generation in [8, 6] {
        put(&store, key("a"), &record(1, 5, 5_000));
        store.outdate(key("a"), 7).unwrap();
        put(&store, key("a"), &record(2, generation, 5_000));
        let expected = Some(record(2, generation, 5_000));
        assert_eq!(place.open().get(key("a")).unwrap(), expected);
        assert!(store.remove(key("a")).unwrap());
    }
}

#[test]
fn what_is_there_in_a_later_generation_stays() {
    let place = Place::new();
    let store = place.open();
    put(&store, key("a"), &record(1, 5, 5_000));
    store.outdate(key("a"), 4).unwrap();
    assert_eq!(store.get(key("a")).unwrap(), Some(record(1, 5, 5_000)));
}

#[test]
fn what_is_removed_or_expires_takes_its_mark_along() {
    let place = Place::new();
    let store = place.open();
    for expires in [false, true] {
        put(&store, key("a"), &record(1, 5, 5_000));
        store.outdate(key("a"), 7).unwrap();
        match expires {
            true => assert_eq!(store.expire(at(1_000)).unwrap(), 1),
            false => assert!(store.remove(key("a")).unwrap()),
        }
        let marks = fs::read(place.path().with_file_name("sessions.db.outdated")).unwrap();
        assert!(marks.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn there_is_room_for_as_many_as_a_server_has_and_no_more() {
    let place = Place::new();
    let store = place.open();
    let before = fs::metadata(place.path().with_file_name("sessions.db.outdated")).unwrap();
    let mark = |number: u32| store.outdate(key(&format!("kernel-{number}")), 1);
    (0..1_000).for_each(|number| mark(number).unwrap());
    let full = (1_000..10_000).find_map(|number| mark(number).err());
    check_error(full.map_or(Ok(()), Err), "Full");
    let after = fs::metadata(place.path().with_file_name("sessions.db.outdated")).unwrap();
    assert_eq!(before.len(), after.len());
}

#[test]
fn a_new_store_knows_nothing_of_the_one_that_was_set_aside() {
    let place = Place::new();
    let store = place.open();
    store.outdate(key("a"), 7).unwrap();
    drop(store);
    fs::write(place.path(), "no database any more").unwrap();
    let opened = Store::open(&place.path(), &config()).unwrap();
    assert!(opened.set_aside.is_some());
    let stored = opened.store.put(key("a"), &record(1, 1, 5_000), at(0));
    assert_eq!(stored.unwrap(), Put::Stored);
    assert_eq!(
        opened.store.get(key("a")).unwrap(),
        Some(record(1, 1, 5_000))
    );
}
