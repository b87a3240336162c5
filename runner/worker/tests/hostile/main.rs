//! The walls around a worker, tried from inside it. This program is supervisor, spawner and worker in turn, made from this crate's own sources
//! with one file replaced: where a worker runs a guest, this one runs what a guest does that has broken out. So what is attacked is
//! started, told and confined by the code that is shipped, and what is shipped knows nothing of it.
//!
//! The attempts are those of `runner/confine`. Each is made by a free process of this program, too, where it has to succeed.

#![expect(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the sources of a library, of which this program uses what it needs"
)]

#[path = "../../src/error.rs"]
mod error;
#[path = "../../src/inherited.rs"]
mod inherited;
#[path = "../../src/pool/mod.rs"]
mod pool;
#[path = "../../src/role.rs"]
mod role;
#[path = "../../src/spawner.rs"]
mod spawner;
#[path = "../../src/wire/mod.rs"]
mod wire;
#[path = "../../src/worker/mod.rs"]
mod worker;

/// Instead of `src/guest.rs`.
mod guest;

#[path = "../../../confine/tests/walls/attempt/mod.rs"]
mod attempt;
#[path = "../../../confine/tests/walls/child.rs"]
mod child;
#[path = "../../../confine/tests/walls/expected.rs"]
mod expected;
#[path = "../../../confine/tests/walls/scene.rs"]
mod scene;
mod supervisor;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use attempt::Attempt;
use child::Child;
use expected::{Ending, Wall};
use role::Role;
use supervisor::Granted;

fn main() -> ExitCode {
    if let Some(role) = Role::of_this_process() {
        return role.play();
    }
    if let Some(request) = supervisor::request_of_this_process() {
        return supervisor::ask(&request).unwrap_or_else(|failed| {
            eprintln!("{}", failed.message().unwrap_or("failed"));
            ExitCode::FAILURE
        });
    }
    if let Some(child) = Child::of_this_process() {
        return child.play();
    }
    let absent = [Wall::Landlock, Wall::Seccomp].map(|wall| (wall, !child::stands(wall)));
    for (wall, _) in absent.iter().filter(|(_, absent)| *absent) {
        eprintln!("SKIPPED: this kernel has no {wall:?}; workers are NOT attacked here");
    }
    attempt::raw::let_children_look();
    let mut trials = Vec::new();
    for attempt in Attempt::ALL.iter().copied() {
        let expected: Vec<(Granted, Ending)> = Granted::ALL
            .into_iter()
            .filter_map(|granted| Some((granted, in_a_worker(attempt, granted)?)))
            .collect();
        if expected.is_empty() {
            continue;
        }
        let name = |what: &str| format!("{attempt:?}::{what}");
        trials.push(Trial::test(
            name("is possible for a free process"),
            move || child::check(attempt, None, Ending::Success),
        ));
        if absent.iter().all(|(_, absent)| !absent) {
            trials.extend(expected.into_iter().map(|(granted, expected)| {
                Trial::test(name(granted.place()), move || {
                    supervisor::check(attempt, granted, expected)
                })
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// How an attempt ends in a worker; none if it needs what was opened before, and a worker opens nothing.
fn in_a_worker(attempt: Attempt, granted: Granted) -> Option<Ending> {
    use Attempt::{ReadGranted, RenameGranted, TouchReadOnly, WriteGranted};
    match attempt {
        Attempt::UseOpenFile | Attempt::Accept => None,
        // What confinement leaves, and whoever starts a worker does not give: no variable, no descriptor of others, and its standard output is
        // the image, which all workers share, to be read only.
        Attempt::ReadVariable | Attempt::ReadInherited | Attempt::WriteStandardOutput => {
            Some(Ending::Refused)
        }
        // Nothing may be written there, so that times cannot be either; and what another worker has is out of reach.
        TouchReadOnly | WriteGranted | RenameGranted if granted == Granted::Other => {
            Some(Ending::Refused)
        }
        ReadGranted if granted == Granted::Other => Some(Ending::Success),
        _ => {
            let wall = match granted {
                Granted::Nothing => Wall::Worker,
                Granted::Folders => Wall::Granted,
                Granted::Other => return None,
            };
            let expected = attempt.expected().into_iter();
            let mut behind = expected.filter(|(known, _)| *known == wall);
            behind.next().map(|(_, ending)| ending)
        }
    }
}
