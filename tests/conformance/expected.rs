//! The list of tests that fail here, each with its reason.

use crate::module::{Module, Outcome};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// `expected.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    #[serde(default)]
    failure: Vec<Entry>,
}

/// Tests that fail for one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Names as `test_io.CIOTest.test_open`; `*` stands for anything.
    tests: Vec<String>,
    reason: String,
}

impl Expected {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        toml::from_str(&text).with_context(|| format!("`{}`", file.display()))
    }

    /// Unlisted failures, listed tests that do not fail, and (when `all` modules ran) entries that name no test.
    pub(crate) fn faults(&self, modules: &[Module], all: bool) -> Vec<String> {
        let patterns = || self.failure.iter().flat_map(|entry| &entry.tests);
        let mut used = std::collections::HashSet::new();
        let mut faults = Vec::new();
        for (name, outcome) in modules.iter().flat_map(|module| &module.tests) {
            let listed = patterns().find(|pattern| matches(pattern, name));
            used.extend(listed);
            match (outcome, listed) {
                (Outcome::Failed(detail), None) => {
                    faults.push(format!("FAILED {name}\n{}", detail.trim_end()))
                }
                (Outcome::Passed, Some(pattern)) => {
                    faults.push(format!(
                        "PASSED {name}\nhint: `{pattern}` lists it as failing: take it off the list"
                    ));
                }
                (Outcome::Skipped(reason), Some(pattern)) => {
                    faults.push(format!("SKIPPED {name}: {reason}\nhint: `{pattern}` lists it as failing: take it off the list"));
                }
                (Outcome::Failed(_), Some(_)) | (Outcome::Passed | Outcome::Skipped(_), None) => {}
            }
        }
        if all {
            let unused = patterns().filter(|pattern| !used.contains(pattern));
            faults.extend(unused.map(|pattern| {
                format!("UNUSED `{pattern}`\nhint: no test has that name: take it off the list")
            }));
        }
        faults
    }

    /// How many tests failed for each listed reason.
    pub(crate) fn counts(&self, modules: &[Module]) -> Vec<(&str, usize)> {
        let count = |entry: &Entry| {
            let names = modules.iter().flat_map(|module| module.tests.keys());
            names
                .filter(|name| entry.tests.iter().any(|pattern| matches(pattern, name)))
                .count()
        };
        self.failure
            .iter()
            .map(|entry| (entry.reason.as_str(), count(entry)))
            .collect()
    }
}

/// Whether `name` is what `pattern` says, where `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|at| rest.is_char_boundary(at) && matches(after, &rest[at..]))
        }),
    }
}
