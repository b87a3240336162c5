//! What was found out about a submission: the one model from which all reports are made.
//!
//! A verdict holds everything, hidden tests too. Nothing that a student sees is made from it directly, but from what
//! a view for an audience leaves of it.

use serde::{Deserialize, Serialize};

/// The verdict on one submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What the submission is called in reports: its path or reference, as given.
    pub submission: String,
    /// The assignment's name.
    pub assignment: String,
    /// Each test, in the assignment's order.
    pub tests: Vec<TestVerdict>,
    /// Points earned: the sum over tests, groups applied.
    pub points: f64,
    /// Points that there are to earn.
    pub max_points: f64,
    /// Why the submission could not be graded as it is (a syntax error, no such file, a broken archive): a message to whoever handed it in.
    /// The tests that there are count as not passed.
    pub problem: Option<Problem>,
    /// What was done with the submission that its author should know: a file left out, or taken under another name.
    pub notes: Vec<String>,
    /// Whether the submission ran apart from its tests. In process, for practice, it could have forged the result.
    pub tamper_evident: bool,
    /// The seed from which both sessions draw their random numbers.
    pub seed: u64,
    /// Wall clock for the whole submission, in microseconds.
    pub wall_us: u64,
    /// Which guest image graded it: fuel is comparable within an image only.
    pub image: String,
}

/// Why a submission could not be graded as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// What is wrong and how to mend it, for the student.
    pub message: String,
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProblemKind {
    /// The source does not compile: where a format can say so, this costs no attempt.
    Syntax,
    /// Importing the submission raised an exception, or used up a limit.
    Import,
    /// A file that the tests import is not there; perhaps it has another name.
    MissingFile,
    /// The file, archive or notebook cannot be read.
    Unreadable,
}

/// The verdict of one test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestVerdict {
    /// Its identity within the assignment: `test_leap.py::LeapTest::test_year_1996`, or a case's name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// How it ended.
    pub status: Status,
    /// Why, unless it passed.
    pub failure: Option<Failure>,
    /// Points earned.
    pub points: f64,
    /// Points that there are to earn.
    pub max_points: f64,
    /// What the submission printed while this test ran, within the output limit.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// Work that the submission did for this test, in units of fuel.
    pub fuel: u64,
    /// The most fuel that the test allows, if it says so.
    pub max_fuel: Option<u64>,
    /// Wall clock, in microseconds, both sessions together.
    pub wall_us: u64,
    /// The number of the task that it belongs to, as exercism counts them, from 1.
    pub task: Option<u32>,
    /// The test's own source, for visible tests of formats that show it.
    pub code: Option<String>,
    /// The group that it belongs to, if any.
    pub group: Option<String>,
}

/// Who may see a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The student sees it with all that is known.
    Visible,
    /// The student learns that there is such a test, and no more.
    Hidden,
    /// Hidden until the due date, visible afterwards.
    AfterDueDate,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It passed.
    Passed,
    /// An expectation did not hold.
    Failed,
    /// It came to no result: an exception, a limit, an exit.
    Error,
    /// Its author skipped it; it counts neither for nor against.
    Skipped,
    /// What it depends on did not pass, so it did not run.
    Blocked,
}

/// Why a test did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, for programs.
    pub reason: Reason,
    /// One or a few sentences for people.
    pub message: String,
    /// What was expected, if it was a comparison: as Python writes it, or text as it is for what a program printed.
    pub expected: Option<String>,
    /// What came instead.
    pub actual: Option<String>,
    /// The traceback, through the test and the submission.
    pub traceback: Option<String>,
}

/// The kinds of [`Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// An assertion of the test did not hold.
    Assertion,
    /// The output of a program was not as expected.
    Output,
    /// An exception that the test did not expect.
    Exception,
    /// The submission ended its interpreter: `os._exit`, or `exit()` where no program was run.
    Exit,
    /// More fuel than allowed.
    Fuel,
    /// It passed, but used more fuel than the test allows.
    Slow,
    /// More time than allowed.
    Deadline,
    /// More memory than allowed.
    Memory,
    /// More output than allowed.
    OutputLimit,
    /// The interpreter's stack overflowed, or it crashed.
    Crash,
    /// The source has a construct that is forbidden, or lacks one that is required.
    Construct,
    /// The submission could not be imported.
    Import,
    /// What the test depends on did not pass.
    Dependency,
    /// The submission answered what no Python object answers: it spoke to the host by itself.
    Protocol,
    /// The test itself is wrong: an exception in it that the submission has no part in.
    Test,
    /// The test was skipped, and why.
    Skip,
}

impl ProblemKind {
    /// The kind, as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Import => "import",
            Self::MissingFile => "missing_file",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Status {
    /// The status, as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::Blocked => "blocked",
        }
    }
}

impl Visibility {
    /// The visibility, as assignments and reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Hidden => "hidden",
            Self::AfterDueDate => "after_due_date",
        }
    }
}

impl Reason {
    /// The reason, as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
            Self::Output => "output",
            Self::Exception => "exception",
            Self::Exit => "exit",
            Self::Fuel => "fuel",
            Self::Slow => "slow",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::OutputLimit => "output_limit",
            Self::Crash => "crash",
            Self::Construct => "construct",
            Self::Import => "import",
            Self::Dependency => "dependency",
            Self::Protocol => "protocol",
            Self::Test => "test",
            Self::Skip => "skip",
        }
    }
}
