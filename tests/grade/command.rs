//! `croquant grade` as its users call it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::Failed;
use serde::Deserialize;
use tempfile::TempDir;

/// Every format of reports.
pub(crate) const FORMATS: &[&str] = &[
    "terminal",
    "json",
    "junit",
    "gradescope",
    "exercism",
    "prairielearn",
    "ctrf",
    "tap",
    "github",
    "github-summary",
    "markdown",
    "html",
    "csv",
];

/// A command that takes longer hangs: every test has its own deadline.
const PATIENCE: Duration = Duration::from_secs(600);

/// Graded, and every test passed.
pub(crate) const PASSED: i32 = 0;

/// Graded, and not every test passed.
pub(crate) const FAILED: i32 = 1;

/// The JSON report, as far as it is looked at.
#[derive(Deserialize)]
struct Report {
    submissions: Vec<Submission>,
}

#[derive(Deserialize)]
struct Submission {
    tamper_evident: bool,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    id: String,
    status: String,
}

/// What came of a submission.
pub(crate) struct Graded {
    pub(crate) code: i32,
    /// The reports by their formats, and both streams.
    pub(crate) reports: Vec<(String, String)>,
}

/// Grades a submission with a report in each of `formats`.
pub(crate) fn grade(
    assignment: &Path,
    submission: &Path,
    audience: &str,
    formats: &[&str],
) -> Result<Graded, Failed> {
    let place = TempDir::new()?;
    let path = |name: &str| place.path().join(name);
    let mut command = Command::new(croquant_tests::built("croquant")?);
    command
        .arg("grade")
        .arg(assignment)
        .arg(submission)
        .args(["--audience", audience, "--jobs", "1"])
        .env("XDG_STATE_HOME", place.path())
        .stdin(Stdio::null())
        .stdout(File::create(path("stdout"))?)
        .stderr(File::create(path("stderr"))?);
    for format in formats {
        let file = path(format);
        command.arg(format!("--report={format}={}", file.display()));
    }
    let status = croquant_tests::wait(&mut command.spawn()?, PATIENCE)?;
    let mut reports = Vec::new();
    for name in formats.iter().copied().chain(["stdout", "stderr"]) {
        let bytes = fs::read(path(name)).map_err(|error| {
            let said = fs::read_to_string(path("stderr")).unwrap_or_default();
            format!("there is no {name} report: {error}\n{said}")
        })?;
        let text =
            String::from_utf8(bytes).map_err(|_| format!("the {name} report is not in UTF-8"))?;
        reports.push((name.to_owned(), text));
    }
    let code = status.code().ok_or("the command died of a signal")?;
    Ok(Graded { code, reports })
}

impl Graded {
    /// The report in a format.
    pub(crate) fn report(&self, format: &str) -> &str {
        let found = self.reports.iter().find(|(name, _)| name == format);
        found.map_or("", |(_, text)| text)
    }

    /// The tests of the JSON report, each with whether it passed.
    pub(crate) fn tests(&self) -> Result<Vec<(String, bool)>, Failed> {
        let report: Report = serde_json::from_str(self.report("json"))?;
        let [submission] = report.submissions.as_slice() else {
            return Err(format!(
                "one was graded, but {} are told of",
                report.submissions.len()
            )
            .into());
        };
        if submission.tests.is_empty() || !submission.tamper_evident {
            return Err(format!("it was not graded:\n{}", self.report("stderr")).into());
        }
        let tests = submission.tests.iter();
        Ok(tests
            .map(|test| (test.id.clone(), test.status == "passed"))
            .collect())
    }

    /// An error if the command ended otherwise.
    pub(crate) fn ended(&self, what: &str, code: i32) -> Result<(), Failed> {
        if self.code == code {
            return Ok(());
        }
        let said = ["stderr", "json"].map(|name| self.report(name));
        Err(format!(
            "{what} ended with {}, not {code}\n{}",
            self.code,
            said.join("\n")
        )
        .into())
    }
}
