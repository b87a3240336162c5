//! Grades that cannot be forged: exercises, whose references pass and whose stubs do not, and attacks, none of which passes what its honest
//! twin passes. Every folder of `exercises` and `attacks` is a test, and a folder that is none is an error.

mod attack;
mod command;
mod exercise;
mod leaks;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// How many attacks must win under plain pytest or unittest: else they would prove little.
const REAL: usize = 15;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test starts graders of its own; more at once would only wait for each other.
    arguments.test_threads.get_or_insert(2);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("grade");
    let mut trials = Vec::new();
    for folder in folders(&root.join("exercises")) {
        let title = format!("exercises::{}", name(&folder));
        trials.push(Trial::test(title, move || exercise::check(&folder)));
    }
    let attacks = root.join("attacks");
    let assignments = attacks.join("assignments");
    for folder in folders(&attacks) {
        if folder != assignments {
            let (title, assignments) = (format!("attacks::{}", name(&folder)), assignments.clone());
            trials.push(Trial::test(title, move || {
                attack::check(&folder, &assignments)
            }));
        }
    }
    trials.push(Trial::test("every_file_is_in_a_test", move || stray(&root)));
    trials.push(Trial::test("the_attacks_are_real", move || real(&attacks)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A file beside the folders would never be looked at, and neither would an assignment that nothing attacks.
fn stray(root: &Path) -> Result<(), Failed> {
    let attacks = root.join("attacks");
    for folder in [root.join("exercises"), attacks.clone()] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if !path.is_dir() {
                return Err(format!("`{}` belongs to no test", path.display()).into());
            }
        }
    }
    let mut attacked = Vec::new();
    for folder in folders(&attacks) {
        if name(&folder) != "assignments" {
            attacked.push(attack::Attack::read(&folder)?.assignment);
        }
    }
    for folder in folders(&attacks.join("assignments")) {
        if !attacked.contains(&name(&folder)) {
            return Err(format!("nothing attacks `{}`", name(&folder)).into());
        }
    }
    Ok(())
}

fn real(attacks: &Path) -> Result<(), Failed> {
    let mut wins = 0;
    for folder in folders(attacks) {
        if name(&folder) != "assignments" && attack::Attack::read(&folder)?.native {
            wins += 1;
        }
    }
    if wins < REAL {
        return Err(format!("{wins} attacks win elsewhere, of at least {REAL}").into());
    }
    Ok(())
}

/// The folders in a folder, in order.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the test's folder can be read");
    let mut folders: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
