//! One module of the suite, run by `run.py` in one process.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A module that takes longer hangs. The slowest takes a tenth of it on an idle machine.
const TIMEOUT: Duration = Duration::from_secs(200);

/// Where the parts of a run are.
pub(crate) struct Place {
    croquant: PathBuf,
    runner: PathBuf,
    suite: PathBuf,
    results: PathBuf,
}

/// What became of a module's tests.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) tests: BTreeMap<String, Outcome>,
    /// How the process ended, if not by finishing the module.
    crash: Option<String>,
    time: Duration,
}

/// What became of one test. Of several that go by the same name, the worst counts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Skipped(String),
    Passed,
    Failed(String),
}

/// A line that `run.py` writes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Event {
    Start {
        start: String,
    },
    Test {
        test: String,
        result: String,
        detail: String,
    },
    Done {
        #[expect(dead_code, reason = "tells this line from the others")]
        done: u32,
    },
}

impl Place {
    pub(crate) fn prepare(runner: PathBuf) -> Result<Self> {
        let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
        fs::create_dir_all(&results)
            .with_context(|| format!("cannot make `{}`", results.display()))?;
        Ok(Self {
            croquant: croquant_tests::built("croquant")?,
            runner,
            suite: croquant_tests::Recipe::ask()?
                .cpython_source
                .join("Lib/test"),
            results,
        })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.croquant);
        command
            .arg("run")
            .arg("--dir")
            .arg(format!("{}:/cpython/test", self.suite.display()))
            .arg("--dir")
            .arg(format!("{}:/results:rw", self.results.display()))
            .arg(&self.runner)
            .args(["/cpython", &format!("/results/{name}.jsonl"), name]);
        command
    }
}

impl Module {
    /// What the suite cannot say about itself.
    pub(crate) fn faults(&self) -> Option<String> {
        if let Some(crash) = &self.crash {
            return Some(format!("CRASHED {}: {crash}", self.name));
        }
        self.tests
            .is_empty()
            .then(|| format!("EMPTY {}: not one test ran", self.name))
    }
}

impl std::fmt::Display for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |wanted: fn(&Outcome) -> bool| {
            self.tests
                .values()
                .filter(|outcome| wanted(outcome))
                .count()
        };
        write!(
            f,
            "{:<36}{:>6} passed{:>5} failed{:>5} skipped{:>7.1} s{}",
            self.name,
            count(|outcome| matches!(outcome, Outcome::Passed)),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::Skipped(_))),
            self.time.as_secs_f64(),
            if self.crash.is_some() {
                "  CRASHED"
            } else {
                ""
            }
        )
    }
}

/// Runs one module to its end, or to the end of our patience.
pub(crate) fn run(place: &Place, name: &str) -> Result<Module> {
    let results = place.results.join(format!("{name}.jsonl"));
    let log = place.results.join(format!("{name}.log"));
    fs::write(&results, "")?;
    let output = File::create(&log)?;
    let start = Instant::now();
    let child = place
        .command(name)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .context("cannot run croquant")?;
    let status = wait(child, start)?;
    let time = start.elapsed();

    let (tests, last, finished) = read(&fs::read_to_string(&results)?)?;
    let crash = match status {
        Some(status) if status.success() && finished => None,
        Some(status) => Some(format!("{status} in `{last}`\n{}", tail(&log)?)),
        None => Some(format!(
            "still in `{last}` after {} s\n{}",
            TIMEOUT.as_secs(),
            tail(&log)?
        )),
    };
    Ok(Module {
        name: name.to_owned(),
        tests,
        crash,
        time,
    })
}

/// How the process ended; nothing if it had to be killed.
fn wait(mut child: Child, start: Instant) -> Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > TIMEOUT {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The outcomes, the test that was begun last, and whether the end was reached.
fn read(events: &str) -> Result<(BTreeMap<String, Outcome>, String, bool)> {
    let mut tests = BTreeMap::new();
    let mut last = "the import".to_owned();
    for line in events.lines() {
        match serde_json::from_str(line).with_context(|| format!("`{line}` is no result"))? {
            Event::Start { start } => last = start,
            Event::Test {
                test,
                result,
                detail,
            } => {
                let outcome = match result.as_str() {
                    "pass" => Outcome::Passed,
                    "skip" => Outcome::Skipped(detail),
                    _ => Outcome::Failed(detail),
                };
                let known = tests.entry(test).or_insert(Outcome::Skipped(String::new()));
                if outcome > *known {
                    *known = outcome;
                }
            }
            Event::Done { .. } => return Ok((tests, last, true)),
        }
    }
    Ok((tests, last, false))
}

/// The last lines of what the process wrote.
fn tail(log: &Path) -> Result<String> {
    let text = String::from_utf8_lossy(&fs::read(log)?).into_owned();
    let lines: Vec<_> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(12)..].join("\n"))
}
