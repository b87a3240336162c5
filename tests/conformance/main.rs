//! CPython's own test suite, each module under the real `croquant run`.
//!
//! A failure is an error unless `expected.toml` lists it with its reason, and so is a listed test that does not fail.
//! A module that crashes or hangs is always an error.

mod expected;
mod module;

use anyhow::{Context, Result, ensure};
use expected::Expected;
use module::{Module, Outcome};
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

fn main() -> Result<ExitCode> {
    // `cargo test … -- test_json` runs that module alone; flags are libtest's and mean nothing here.
    let filters: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let expected = Expected::read(&here.join("expected.toml"))?;
    let names = modules(&here.join("modules.txt"), &filters)?;
    let place = module::Place::prepare(here.join("run.py"))?;

    let start = Instant::now();
    let modules = run_all(&place, names)?;
    let faults: Vec<_> = modules
        .iter()
        .flat_map(Module::faults)
        .chain(expected.faults(&modules, filters.is_empty()))
        .collect();
    summarise(&modules, &expected);
    for fault in &faults {
        println!("\n{fault}");
    }
    println!("\n{} faults, {} s", faults.len(), start.elapsed().as_secs());
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The modules to run, the slowest first as the file has them.
fn modules(list: &Path, filters: &[String]) -> Result<Vec<String>> {
    let text =
        fs::read_to_string(list).with_context(|| format!("cannot read `{}`", list.display()))?;
    let names: Vec<_> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
        .filter(|name| !name.is_empty())
        .filter(|name| filters.is_empty() || filters.iter().any(|filter| name.contains(filter)))
        .collect();
    ensure!(
        !names.is_empty(),
        "no module of `{}` is named so",
        list.display()
    );
    Ok(names)
}

/// Runs the modules, one process for each core at a time.
fn run_all(place: &module::Place, names: Vec<String>) -> Result<Vec<Module>> {
    let waiting = Mutex::new(VecDeque::from(names));
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                while let Some(name) = { lock(&waiting).pop_front() } {
                    let module = module::run(place, &name);
                    if let Ok(module) = &module {
                        println!("{module}");
                    }
                    lock(&done).push(module);
                }
            });
        }
    });
    let mut modules = done
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    modules.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(modules)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn summarise(modules: &[Module], expected: &Expected) {
    let outcomes = || modules.iter().flat_map(|module| module.tests.values());
    let failed = outcomes()
        .filter(|outcome| matches!(outcome, Outcome::Failed(_)))
        .count();
    let passed = outcomes()
        .filter(|outcome| matches!(outcome, Outcome::Passed))
        .count();
    let mut skipped = BTreeMap::<&str, usize>::new();
    for outcome in outcomes() {
        if let Outcome::Skipped(reason) = outcome {
            *skipped.entry(reason).or_default() += 1;
        }
    }
    let mut reasons: Vec<_> = skipped.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    println!(
        "\nskipped by the suite itself, the most frequent of its {} reasons:",
        reasons.len()
    );
    for (reason, count) in reasons.iter().take(16) {
        println!("{count:>6} {reason}");
    }
    println!("\nexpected to fail:");
    for (reason, count) in expected.counts(modules) {
        println!("{count:>6} {reason}");
    }
    let skipped: usize = skipped.values().sum();
    println!(
        "\n{} modules: {passed} passed, {failed} failed, {skipped} skipped",
        modules.len()
    );
}
