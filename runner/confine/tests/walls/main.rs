//! Every wall, tried: this program starts itself as a child that confines itself as the commands do and then makes one attempt.
//!
//! Each attempt is made by a child that is free, too, where it has to succeed: what never works proves nothing.

mod attempt;
mod child;
mod expected;
mod scene;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use attempt::Attempt;
use child::Child;
use expected::{Ending, Wall};

fn main() -> ExitCode {
    if let Some(child) = Child::of_this_process() {
        return child.play();
    }
    let absent: Vec<Wall> = [Wall::Landlock, Wall::Seccomp]
        .into_iter()
        .filter(|wall| !child::stands(*wall))
        .collect();
    for wall in &absent {
        eprintln!(
            "SKIPPED: this kernel has no {wall:?}; what it would take away is NOT tested here"
        );
    }
    attempt::raw::let_children_look();
    let mut trials = Vec::new();
    for attempt in Attempt::ALL.iter().copied() {
        let name = |what: &str| format!("{attempt:?}::{what}");
        trials.push(Trial::test(
            name("is possible for a free process"),
            move || child::check(attempt, None, Ending::Success),
        ));
        for (wall, expected) in attempt.expected() {
            if absent.iter().any(|absent| wall.needs(*absent)) {
                continue;
            }
            trials.push(Trial::test(name(&format!("{wall:?}")), move || {
                child::check(attempt, Some(wall), expected)
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
