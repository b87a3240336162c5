//! Grading: submissions a second, beside a process of pytest or unittest for each.

use crate::Promise;
use crate::native::{Python, output};
use crate::stats::Samples;
use anyhow::{Context as _, Result, ensure};
use croquant_tests::built;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SUBMISSIONS: usize = 50;

const SOLUTION: &str =
    "def leap_year(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)\n";

const TESTS: &str = "\
import unittest

from leap import leap_year


class LeapTest(unittest.TestCase):
    def test_common_years(self):
        self.assertIs(leap_year(2015), False)
        self.assertIs(leap_year(1970), False)

    def test_leap_years(self):
        self.assertIs(leap_year(1996), True)
        self.assertIs(leap_year(1960), True)

    def test_centuries(self):
        self.assertIs(leap_year(1900), False)
        self.assertIs(leap_year(2400), True)
";

/// The same with answers that no two submissions have in common: of such, the checker's part of a test cannot be kept.
const OWN_SOLUTION: &str = "def leap_year(year):\n    return NUMBER + 1000 * (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))\n";

const OWN_TESTS: &str = "\
import unittest

from leap import leap_year


class LeapTest(unittest.TestCase):
    def test_common_years(self):
        self.assertLess(leap_year(2015), 1000)
        self.assertLess(leap_year(1970), 1000)

    def test_leap_years(self):
        self.assertGreaterEqual(leap_year(1996), 1000)
        self.assertGreaterEqual(leap_year(1960), 1000)

    def test_centuries(self):
        self.assertLess(leap_year(1900), 1000)
        self.assertGreaterEqual(leap_year(2400), 1000)
";

/// pytest, pinned as what is measured against. It is installed beside the build's output.
const PYTEST: &str = "pytest==8.4.2";

/// The folders of one measurement.
struct Class {
    folder: tempfile::TempDir,
}

impl Class {
    /// An assignment of `tests`, and as many submissions of `solution`, each with the tests beside it for the runners that need them there.
    fn new(tests: &str, solution: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let class = Self { folder };
        std::fs::create_dir(class.assignment())?;
        std::fs::write(class.assignment().join("test_leap.py"), tests)?;
        for number in 0..SUBMISSIONS {
            let submission = class.submission(number);
            std::fs::create_dir(&submission)?;
            // No two are the same, so that each has to be run.
            std::fs::write(
                submission.join("leap.py"),
                format!("{solution}\nNUMBER = {number}\n"),
            )?;
            std::fs::write(submission.join("test_leap.py"), tests)?;
        }
        Ok(class)
    }

    fn assignment(&self) -> PathBuf {
        self.folder.path().join("assignment")
    }

    fn submission(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("submission-{number}"))
    }

    /// `croquant grade` on the first `count` of them.
    fn croquant(&self, count: usize, jobs: usize) -> Result<Command> {
        let mut command = Command::new(built("croquant")?);
        command
            .arg("grade")
            .arg("--jobs")
            .arg(jobs.to_string())
            .arg(self.assignment())
            .args((0..count).map(|number| self.submission(number).join("leap.py")))
            .env("XDG_STATE_HOME", self.folder.path());
        Ok(command)
    }
}

/// The others' processes are started for so many submissions at a time, and between them the command is run: what else the machine does meets
/// both.
const PART: usize = 10;

/// Runs of the command for each such part: it takes a fiftieth of the time, and one run alone says little.
const RUNS_A_PART: usize = 3;

/// Grades the class in each way, `turns` times, and prints the median of each.
pub(crate) fn measure(python: &Python, turns: u32) -> Result<Vec<Promise>> {
    let class = Class::new(TESTS, SOLUTION)?;
    let own = Class::new(OWN_TESTS, OWN_SOLUTION)?;
    let pytest = Pytest::installed(python)?;
    let processors = std::thread::available_parallelism()?.get();
    let mut times = Times::default();
    check(&class)?;
    check(&own)?;
    let parts = (0..turns).flat_map(|_| (0..SUBMISSIONS).step_by(PART));
    for first in parts {
        let part: Vec<PathBuf> = (first..first + PART)
            .map(|number| class.submission(number))
            .collect();
        for _ in 0..RUNS_A_PART {
            for (class, jobs, samples) in [
                (&class, 1, &mut times.croquant),
                (&class, processors, &mut times.croquant_parallel),
                (&own, 1, &mut times.croquant_own),
                (&own, processors, &mut times.croquant_own_parallel),
            ] {
                let mut command = class.croquant(SUBMISSIONS, jobs)?;
                samples.time(|| output(&mut command))?;
            }
            let mut command = class.croquant(1, 1)?;
            times.croquant_one.time(|| output(&mut command))?;
            let mut command = pytest.on(&part[0]);
            times.pytest_one.time(|| output(&mut command))?;
        }
        let with_pytest = |folder: &Path| pytest.on(folder);
        let with_unittest = |folder: &Path| python.unittest(folder);
        each(&part, 1, &mut times.pytest, with_pytest)?;
        each(&part, processors, &mut times.pytest_parallel, with_pytest)?;
        each(&part, 1, &mut times.unittest, with_unittest)?;
        each(
            &part,
            processors,
            &mut times.unittest_parallel,
            with_unittest,
        )?;
    }
    Ok(times.report(processors))
}

/// Whether the class passes, each submission all three tests: nothing else is worth being measured.
fn check(class: &Class) -> Result<()> {
    let mut command = class.croquant(2, 1)?;
    let printed = output(command.args(["--report", "json"]))?;
    let report: serde_json::Value = serde_json::from_str(&printed)?;
    let text = report.to_string();
    ensure!(
        text.matches("\"status\":\"passed\"").count() >= 6,
        "the class does not pass: {printed}"
    );
    Ok(())
}

/// How long each way took: ours for all submissions, the others' for a part of them.
#[derive(Default)]
struct Times {
    croquant: Samples,
    croquant_parallel: Samples,
    croquant_own: Samples,
    croquant_own_parallel: Samples,
    croquant_one: Samples,
    pytest: Samples,
    pytest_parallel: Samples,
    pytest_one: Samples,
    unittest: Samples,
    unittest_parallel: Samples,
}

impl Times {
    fn report(&self, processors: usize) -> Vec<Promise> {
        let whole = |times: &Samples| times.percentile(50).as_secs_f64();
        let of_parts = |times: &Samples| whole(times) * (SUBMISSIONS / PART) as f64;
        println!(
            "\n{:<44}{:>12}{:>14}",
            format!("{SUBMISSIONS} submissions, 3 tests each"),
            "ms in all",
            "submissions/s"
        );
        for (name, time) in [
            ("croquant grade, 1 grader".to_owned(), whole(&self.croquant)),
            (
                format!("croquant grade, {processors} graders"),
                whole(&self.croquant_parallel),
            ),
            (
                "all answers different, 1 grader".to_owned(),
                whole(&self.croquant_own),
            ),
            (
                format!("all answers different, {processors} graders"),
                whole(&self.croquant_own_parallel),
            ),
            (
                "a process of pytest each".to_owned(),
                of_parts(&self.pytest),
            ),
            (
                format!("the same, {processors} at once"),
                of_parts(&self.pytest_parallel),
            ),
            (
                "a process of unittest each".to_owned(),
                of_parts(&self.unittest),
            ),
            (
                format!("the same, {processors} at once"),
                of_parts(&self.unittest_parallel),
            ),
        ] {
            println!(
                "{name:<44}{:>12.1}{:>14.1}",
                time * 1e3,
                SUBMISSIONS as f64 / time
            );
        }
        println!(
            "{:<44}{:>12.1}",
            "croquant grade, one submission, cold",
            whole(&self.croquant_one) * 1e3
        );
        println!(
            "{:<44}{:>12.1}",
            "python -m pytest, one submission",
            whole(&self.pytest_one) * 1e3
        );
        let share = |own: &Samples, other: &Samples| whole(own) / of_parts(other);
        vec![
            Promise {
                what: "grading, as a share of pytest processes",
                measured: share(&self.croquant, &self.pytest),
                at_most: 1.0 / 150.0,
                unit: "of it",
            },
            Promise {
                what: "grading in parallel, as a share of pytest in parallel",
                measured: share(&self.croquant_parallel, &self.pytest_parallel),
                at_most: 1.0 / 150.0,
                unit: "of it",
            },
            Promise {
                what: "grading, as a share of unittest processes",
                measured: share(&self.croquant, &self.unittest),
                at_most: 1.0 / 50.0,
                unit: "of it",
            },
            Promise {
                what: "grading in parallel, as a share of unittest in parallel",
                measured: share(&self.croquant_parallel, &self.unittest_parallel),
                at_most: 1.0 / 50.0,
                unit: "of it",
            },
            Promise {
                what: "one submission, as a share of one `python -m pytest`",
                measured: whole(&self.croquant_one) / whole(&self.pytest_one),
                at_most: 1.0 / 8.0,
                unit: "of it",
            },
        ]
    }
}

/// One process for each submission, `at_once` of them side by side.
fn each(
    submissions: &[PathBuf],
    at_once: usize,
    samples: &mut Samples,
    command: impl Fn(&Path) -> Command,
) -> Result<()> {
    samples.time(|| {
        let mut running = std::collections::VecDeque::new();
        for submission in submissions {
            if running.len() == at_once {
                finish(running.pop_front())?;
            }
            let mut command = command(submission);
            let quiet = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            running.push_back(quiet.spawn()?);
        }
        while !running.is_empty() {
            finish(running.pop_front())?;
        }
        Ok(())
    })
}

fn finish(process: Option<std::process::Child>) -> Result<()> {
    if let Some(mut process) = process {
        let status = process.wait()?;
        ensure!(status.success(), "tests failed: {status}");
    }
    Ok(())
}

/// pytest, for the native Python.
struct Pytest<'a> {
    python: &'a Python,
    packages: PathBuf,
}

impl<'a> Pytest<'a> {
    /// Installs it where it is missing.
    fn installed(python: &'a Python) -> Result<Self> {
        let mut packages = built("croquant")?;
        packages.set_file_name(format!("bench-{}", PYTEST.replace("==", "-")));
        if !packages.join("pytest").is_dir() {
            let target = packages.as_os_str();
            output(
                Command::new("python3")
                    .args(["-m", "pip", "install", "--quiet", "--no-compile", PYTEST, "--target"])
                    .arg(target),
            )
            .context("pytest cannot be installed, which grading is measured against: install `python3-pip`")?;
        }
        Ok(Self { python, packages })
    }

    /// `python -m pytest` in this folder, as quick as it comes: with its plugins' caches where they belong and compiled files of its own.
    fn on(&self, folder: &Path) -> Command {
        let mut command = self.python.plain();
        command
            .args(["-m", "pytest", "-q"])
            .current_dir(folder)
            .env("PYTHONPATH", &self.packages);
        command
    }
}
