//! An exercise in exercism's layout: its reference passes, its stub does not.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use serde::Deserialize;
use tempfile::TempDir;

use crate::command::{FAILED, PASSED, grade};

#[derive(Deserialize)]
struct Config {
    files: Files,
}

#[derive(Deserialize)]
struct Files {
    solution: Vec<String>,
    #[serde(default)]
    example: Vec<String>,
    #[serde(default)]
    exemplar: Vec<String>,
}

pub(crate) fn check(folder: &Path) -> Result<(), Failed> {
    let config = fs::read_to_string(folder.join(".meta/config.json"))?;
    let Files {
        solution,
        mut example,
        exemplar,
    } = serde_json::from_str::<Config>(&config)?.files;
    example.extend(exemplar);
    let ([solution], [reference]) = (solution.as_slice(), example.as_slice()) else {
        return Err("an exercise of ours has one solution and one reference".into());
    };

    let graded = |from: &str| {
        let place = TempDir::new()?;
        fs::copy(folder.join(from), place.path().join(solution))?;
        grade(folder, place.path(), "teacher", &["json"])
    };
    let passes = graded(reference)?;
    passes.ended("the reference", PASSED)?;
    let tests = passes.tests()?;
    let stub = graded(solution)?;
    stub.ended("the stub", FAILED)?;
    let names = |tests: &[(String, bool)]| -> Vec<String> {
        tests.iter().map(|(id, _)| id.clone()).collect()
    };
    if names(&tests) != names(&stub.tests()?) {
        return Err("the stub was put to other tests than the reference".into());
    }
    Ok(())
}
