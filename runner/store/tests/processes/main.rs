//! Processes that die, that have no room, and that share a store: this program starts itself as each of them.

mod child;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use croquant_store::{Durability, Store};
use libtest_mimic::{Arguments, Failed, Trial};

use child::{ANNE, Child, IDS, Role, key, open, record};

fn main() -> ExitCode {
    if let Some(role) = Role::of_this_process() {
        return role.play();
    }
    let test = |name: &str, run: fn() -> Result<(), Failed>| Trial::test(name, run);
    let trials = vec![
        test("killed_while_others_have_it_open", || {
            check_killed(Durability::Written, true)
        }),
        test("killed_alone", || check_killed(Durability::Written, false)),
        test("killed_when_synced", || {
            check_killed(Durability::Synced, false)
        }),
        test("no_limit_on_files", || check_room(&[], "")),
        test("a_limit_on_files", || {
            check_room(
                &["sh", "-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\""],
                "Disk",
            )
        }),
        test("a_full_disk", check_full_disk),
        test("several_write", check_several),
        test("several_find_it_damaged", check_several_damaged),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A process that puts is killed, again and again, in the middle of whatever it does: each put that returned is there.
fn check_killed(durability: Durability, shared: bool) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sessions.db");
    let other = shared.then(|| open(&path, durability));
    let mut last = 0;
    for round in 1..=25u64 {
        let mut child = Child::start(
            Role::Put {
                from: last + 1,
                durability,
            },
            &path,
            &[],
        )?;
        // Another moment in each round, of puts and of the log's coming and going.
        for _ in 0..round * 7 % 40 + 1 {
            last = child.line()?.ok_or("it ended by itself")?.parse()?;
        }
        child.kill()?;
        while let Some(line) = child.line()? {
            last = line.parse()?;
        }
        let store = open(&path, durability);
        for id in 0..IDS {
            let newest = last
                .checked_sub((last + IDS - id) % IDS)
                .filter(|newest| *newest > 0);
            let found = store.get(key(id))?;
            let generation = found.as_ref().map(|found| found.generation);
            // The put that was under way may be there, too.
            if generation < newest || generation > Some(last + 1) {
                return Err(
                    format!("round {round}, {id}: {generation:?} instead of {newest:?}").into(),
                );
            }
            if found != generation.map(record) {
                return Err(format!("round {round}, {id}: not what was put").into());
            }
        }
        last = last.max(newest(&store)?);
    }
    drop(other);
    Ok(())
}

fn newest(store: &Store) -> Result<u64, Failed> {
    let entries = store.list(&ANNE)?.entries;
    Ok(entries
        .iter()
        .map(|entry| entry.generation)
        .max()
        .unwrap_or(0))
}

/// A process puts what needs more than `wrapper` leaves it. It is told, and loses nothing.
fn check_room(wrapper: &[&str], expected: &str) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut child = Child::start(Role::Fill, &folder.path().join("sessions.db"), wrapper)?;
    let error = child.line()?.ok_or("it said nothing")?;
    if error != expected {
        return Err(format!("`{error}` instead of `{expected}`").into());
    }
    child.ended_well()
}

fn check_full_disk() -> Result<(), Failed> {
    let mount =
        "mount -t tmpfs -o size=2m tmpfs \"$(dirname \"$CROQUANT_STORE_PATH\")\" 2>/dev/null";
    let unshare = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
    ];
    let wrapper = |then: &str| {
        let script = format!("{mount} {then}");
        unshare
            .iter()
            .map(ToString::to_string)
            .chain([script])
            .collect::<Vec<_>>()
    };
    let tried = wrapper("|| echo no");
    let folder = tempfile::tempdir()?;
    let mut probe = Child::start(
        Role::Fill,
        &folder.path().join("sessions.db"),
        &words(&tried),
    )?;
    if probe.line()?.is_some() || probe.ended_well().is_err() {
        eprintln!("no disk can be mounted here: a full one is not tried");
        return Ok(());
    }
    check_room(&words(&wrapper("&& exec \"$0\"")), "Full")
}

fn words(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Processes put at once, each its own records and one that all share.
fn check_several() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sessions.db");
    let children = start(&path, 3)?;
    for mut child in children {
        child.ended_well()?;
    }
    check_shared(&path, 3)
}

/// Processes find a damaged file at once: one sets it aside, once, and all go on with one new store.
fn check_several_damaged() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sessions.db");
    drop(open(&path, Durability::Written));
    fs::write(&path, "no database any more")?;
    let mut told = 0;
    for mut child in start(&path, 3)? {
        while let Some(line) = child.line()? {
            told += usize::from(line == "set aside");
        }
        child.ended_well()?;
    }
    let aside = path.with_file_name("sessions.db.corrupt-1");
    assert_eq!(fs::read(aside)?, b"no database any more");
    assert!(!path.with_file_name("sessions.db.corrupt-2").exists());
    assert_eq!(told, 1);
    check_shared(&path, 3)
}

fn start(path: &Path, count: u64) -> Result<Vec<Child>, Failed> {
    let share = |number| Child::start(Role::Share { number }, path, &[]);
    (1..=count).map(share).collect()
}

fn check_shared(path: &Path, count: u64) -> Result<(), Failed> {
    let store = open(path, Durability::Written);
    for id in 0..=count {
        let found = store.get(key(id))?.ok_or("a record is missing")?;
        assert_eq!(found, record(child::SHARED));
    }
    assert_eq!(store.usage(&ANNE)?.records, count + 1);
    Ok(())
}
