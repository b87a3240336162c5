//! Real programs, run as they are: each by native CPython and by `croquant run`, with the same arguments, input and files. What they print, how they
//! end and the files that they leave must be the same byte for byte.
//!
//! The programs are those under CPython's `Tools`, the command lines of its `Lib`, and pure-Python packages; each `*.toml` beside this file is a list
//! of them. Native CPython is the one that the recipe builds of the guest's own sources.

mod compare;
mod entry;
mod packages;
mod side;
mod vary;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use croquant_tests::Recipe;
use libtest_mimic::{Arguments, Failed, Trial};

use entry::Entry;
use side::Side;

fn main() -> Result<ExitCode> {
    let mut arguments = Arguments::from_args();
    // Each test runs two processes, one after the other.
    arguments.test_threads.get_or_insert(4);
    let recipe = Arc::new(Recipe::ask()?);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scripts");
    let mut trials = Vec::new();
    for (list, name, entry) in entry::read_all(&here)? {
        let recipe = Arc::clone(&recipe);
        trials.push(Trial::test(format!("{list}::{name}"), move || {
            run(&entry, &recipe).map_err(|error| Failed::from(format!("{error:#}")))
        }));
    }
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

fn run(entry: &Entry, recipe: &Recipe) -> Result<()> {
    let place = tempfile::TempDir::with_prefix("croquant-script-")?;
    let native = Side::native(place.path(), recipe).run(entry)?;
    let guest = Side::guest(place.path(), recipe)
        .run(entry)
        .context("under croquant")?;
    compare::ends(entry, &native, &guest)?;
    compare::files(entry, &native, &guest)
}
