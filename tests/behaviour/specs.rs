//! Behaviour tests as data: each folder `tests/specs/<area>/<name>` holds a program, and in `spec.toml` the command, its input and what must come of
//! it. Every folder is a test, and a folder that is none is an error.

mod check;
mod place;
mod readme;
mod spec;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use spec::Spec;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test is a process with a session of its own; more at once would only wait for each other.
    arguments.test_threads.get_or_insert(4);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/specs");
    let mut trials = Vec::new();
    for area in folders(&root) {
        for folder in folders(&area) {
            let name = format!("{}::{}", name(&area), name(&folder));
            trials.push(Trial::test(name, move || run(&folder)));
        }
    }
    let tests = root.clone();
    trials.push(Trial::test("specs::every_file_is_in_a_test", move || {
        stray_files(&tests)
    }));
    let index = root.join("..");
    trials.push(Trial::test(
        "specs::the_index_names_what_is_there",
        move || readme::check_index(&index),
    ));
    trials.push(Trial::test(
        "specs::the_readme_has_every_exit_code",
        move || readme::check(&root),
    ));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(folder: &Path) -> Result<(), Failed> {
    let spec = Spec::read(folder)?;
    let place = place::Place::new(folder, &spec)?;
    let before = place.tree()?;
    let run = place.run(&spec)?;
    check::run(&spec, &run)?;
    check::tree(&spec, before, place.tree()?)?;
    if spec.same_fuel {
        let again = place::Place::new(folder, &spec)?.run(&spec)?;
        check::same_fuel(&run, &again)?;
    }
    if spec.repeatable {
        let again = place::Place::new(folder, &spec)?.run_dripping(&spec)?;
        check::repeated(&run, &again)?;
    }
    Ok(())
}

/// A file beside the folders would never be run.
fn stray_files(root: &Path) -> Result<(), Failed> {
    for folder in folders(root).into_iter().chain([root.to_owned()]) {
        for entry in std::fs::read_dir(&folder)?.flatten() {
            if !entry.path().is_dir() {
                return Err(format!("`{}` belongs to no test", entry.path().display()).into());
            }
        }
    }
    Ok(())
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
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
