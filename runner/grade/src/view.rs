//! What an audience may see of a verdict. Every report renders a [`View`], never a [`Verdict`], so that no report can leak.
//!
//! For a student, hidden tests, and before the due date those that show after it, leave a count and, unless they are withheld, their
//! points as one sum: neither names, places, texts, fuel, time nor single outcomes. The sum of the points and whether everything
//! passed do tell how the hidden tests went as a whole; [`HiddenPoints::Withheld`] takes that away too. The seed is withheld while
//! tests are hidden, for their inputs may be drawn from it.
//!
//! Text from the submission is made harmless here, once for all formats: see [`crate::report::text`].

use crate::release::{Audience, HiddenPoints, Release};
use crate::report::text::{bound, clean, line};
use crate::{Failure, Problem, Reason, Status, TestVerdict, Verdict};

/// The most characters that a view keeps of what a test printed, of a test's source, and of a traceback.
const LONG: usize = 64 * 1024;
/// The most characters of a message and of a value.
const SHORT: usize = 16 * 1024;
/// The most characters of a name.
const NAME: usize = 300;

/// What is left of hidden tests.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Hidden {
    /// How many there are.
    pub count: usize,
    /// How they went as a whole, unless that is withheld.
    pub sum: Option<HiddenSum>,
}

/// How hidden tests went as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HiddenSum {
    /// Points earned.
    pub points: f64,
    /// Points that there are to earn.
    pub max_points: f64,
    /// Whether all of them passed.
    pub passed: bool,
}

/// What an audience may see of a verdict; made by [`View::new`] alone. Its texts are harmless and bounded.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct View {
    /// What the submission is called.
    pub submission: String,
    /// The assignment's name.
    pub assignment: String,
    /// Whom it is for.
    pub audience: Audience,
    /// The tests that are shown, in the assignment's order. Their texts are cleaned; nothing else of them is changed.
    pub tests: Vec<TestVerdict>,
    /// What is left of the others.
    pub hidden: Hidden,
    /// Points earned.
    pub points: f64,
    /// Points that there are to earn.
    pub max_points: f64,
    /// Whether the submission passed: nothing is wrong with it, at least one test ran, and none of those that count here failed.
    pub passed: bool,
    /// Why it could not be graded as it is.
    pub problem: Option<Problem>,
    /// What was done with it that its author should know.
    pub notes: Vec<String>,
    /// Whether the result could not have been forged.
    pub tamper_evident: bool,
    /// The seed of random numbers; none while tests are hidden.
    pub seed: Option<u64>,
    /// Fuel of the shown tests.
    pub fuel: u64,
    /// Wall clock in microseconds: for a teacher of the whole submission, for a student of the shown tests.
    pub wall_us: u64,
    /// Which guest image graded it.
    pub image: String,
}

impl View {
    /// What `release` lets its audience see of `verdict`.
    #[must_use]
    pub fn new(verdict: &Verdict, release: Release) -> Self {
        let (hidden, shown): (Vec<_>, Vec<_>) = verdict
            .tests
            .iter()
            .partition(|test| release.hides(test.visibility));
        let withheld = !hidden.is_empty() && release.hidden_points == HiddenPoints::Withheld;
        let counted = if withheld {
            shown.clone()
        } else {
            verdict.tests.iter().collect()
        };
        let (points, max_points) = if withheld {
            sums(&shown)
        } else {
            (verdict.points, verdict.max_points)
        };
        Self {
            submission: name(&verdict.submission),
            assignment: name(&verdict.assignment),
            audience: release.audience,
            tests: shown.iter().map(|test| shown_test(test, &hidden)).collect(),
            hidden: Hidden {
                count: hidden.len(),
                sum: (!hidden.is_empty() && !withheld).then(|| {
                    let (points, max_points) = sums(&hidden);
                    HiddenSum {
                        points,
                        max_points,
                        passed: hidden.iter().all(|test| !lost(test)),
                    }
                }),
            },
            points,
            max_points,
            passed: verdict.problem.is_none()
                && counted.iter().any(|test| test.status == Status::Passed)
                && !counted.iter().any(|test| lost(test)),
            problem: verdict.problem.as_ref().map(|problem| Problem {
                kind: problem.kind,
                message: bound(&clean(&problem.message), SHORT),
            }),
            notes: verdict.notes.iter().map(|note| line(note, SHORT)).collect(),
            tamper_evident: verdict.tamper_evident,
            seed: hidden.is_empty().then_some(verdict.seed),
            fuel: shown
                .iter()
                .fold(0, |sum, test| sum.saturating_add(test.fuel)),
            wall_us: match release.audience {
                Audience::Teacher => verdict.wall_us,
                Audience::Student => shown
                    .iter()
                    .fold(0, |sum, test| sum.saturating_add(test.wall_us)),
            },
            image: name(&verdict.image),
        }
    }

    /// How many of the shown tests ended so.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.tests
            .iter()
            .filter(|test| test.status == status)
            .count()
    }

    /// The share of the points that was earned, from 0 to 1; where there are no points, 1 if it passed.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.max_points > 0.0 {
            (self.points / self.max_points).clamp(0.0, 1.0)
        } else {
            f64::from(u8::from(self.passed))
        }
    }

    /// `3 hidden tests not shown`, if there are any.
    #[must_use]
    pub fn hidden_line(&self) -> Option<String> {
        match self.hidden.count {
            0 => None,
            1 => Some("1 hidden test not shown".into()),
            count => Some(format!("{count} hidden tests not shown")),
        }
    }

    /// What stands in the way of any result: the submission's problem, or that there is not one test. As kind and message.
    #[must_use]
    pub fn obstacle(&self) -> Option<(&'static str, &str)> {
        if let Some(problem) = &self.problem {
            return Some((problem.kind.name(), &problem.message));
        }
        (self.tests.is_empty() && self.hidden.count == 0).then_some((
            "no_tests",
            "no tests were found, so nothing was checked: this is not a pass",
        ))
    }
}

/// Whether a test counts against the submission.
fn lost(test: &TestVerdict) -> bool {
    !matches!(test.status, Status::Passed | Status::Skipped)
}

fn sums(tests: &[&TestVerdict]) -> (f64, f64) {
    tests.iter().fold((0.0, 0.0), |(points, max), test| {
        (points + test.points, max + test.max_points)
    })
}

fn name(text: &str) -> String {
    line(text, NAME)
}

fn shown_test(test: &TestVerdict, hidden: &[&TestVerdict]) -> TestVerdict {
    let long = |text: &str| bound(&clean(text), LONG);
    TestVerdict {
        id: name(&test.id),
        name: name(&test.name),
        failure: test
            .failure
            .as_ref()
            .map(|failure| shown_failure(failure, !hidden.is_empty())),
        stdout: long(&test.stdout),
        stderr: long(&test.stderr),
        code: test.code.as_deref().map(long),
        group: test
            .group
            .as_deref()
            .filter(|group| {
                !hidden
                    .iter()
                    .any(|test| test.group.as_deref() == Some(group))
            })
            .map(name),
        ..test.clone()
    }
}

/// A failure as it may be shown. While tests are hidden, what a blocked test waits for is not named: it may be one of them.
fn shown_failure(failure: &Failure, some_hidden: bool) -> Failure {
    let short = |text: &String| bound(&clean(text), SHORT);
    if some_hidden && failure.reason == Reason::Dependency {
        return Failure {
            reason: Reason::Dependency,
            message: "not run, because a test that it depends on did not pass".into(),
            expected: None,
            actual: None,
            traceback: None,
        };
    }
    Failure {
        reason: failure.reason,
        message: short(&failure.message),
        expected: failure.expected.as_ref().map(short),
        actual: failure.actual.as_ref().map(short),
        traceback: failure.traceback.as_ref().map(short),
    }
}
