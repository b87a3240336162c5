//! What came of one test, before points.

use croquant_sandbox::Called;

use super::ops::{Collection, Ran};
use crate::assignment::{Bound, Source};
use crate::scoring::TestResult;
use crate::{Failure, Problem, Reason, Status};

/// What came of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How it ended.
    pub status: Status,
    /// The part of it that passed, from 0 to 1.
    pub credit: f64,
    /// Why it did not pass.
    pub failure: Option<Failure>,
    /// What the submission printed.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// Work that the submission did, in units of fuel.
    pub fuel: u64,
    /// Wall clock of both sessions, in microseconds.
    pub wall_us: u64,
    /// The number of its task, from 1.
    pub task: Option<u32>,
    /// The test's source.
    pub code: Option<String>,
}

impl Found {
    /// As far as its points go.
    pub fn result(&self) -> TestResult {
        TestResult {
            status: self.status,
            credit: self.credit,
            fuel: self.fuel,
        }
    }

    /// Takes over what the checker says of the test itself.
    pub(super) fn of(&mut self, bound: &Bound, collection: &Collection) {
        if let Source::Collected(at) = bound.source
            && let Some(test) = collection.tests.get(at)
        {
            (self.task, self.code) = (test.task, test.code.clone());
        }
    }
}

pub(super) fn found(status: Status, failure: Option<Failure>, fuel: u64) -> Found {
    Found {
        status,
        credit: f64::from(u8::from(status == Status::Passed)),
        failure,
        stdout: String::new(),
        stderr: String::new(),
        fuel,
        wall_us: 0,
        task: None,
        code: None,
    }
}

pub(super) fn not_passed(status: Status, failure: Failure, fuel: u64) -> Found {
    found(status, Some(failure), fuel)
}

pub(super) fn because(reason: Reason, message: impl Into<String>) -> Failure {
    Failure {
        reason,
        message: message.into(),
        expected: None,
        actual: None,
        traceback: None,
    }
}

pub(super) fn blocked() -> Found {
    let failure = because(Reason::Dependency, "what it depends on did not pass");
    not_passed(Status::Blocked, failure, 0)
}

pub(super) fn unimportable(problem: &Problem) -> Found {
    not_passed(
        Status::Error,
        because(Reason::Import, problem.message.clone()),
        0,
    )
}

pub(super) fn protocol() -> Failure {
    because(
        Reason::Protocol,
        "the submission stopped answering: it has tampered with what answers for it",
    )
}

/// The checker's own session did not come to its end.
pub(super) fn checker_ended(called: &Called) -> Failure {
    let outcome = &called.report.outcome;
    because(
        Reason::Test,
        format!("the test itself {outcome}: perhaps it goes through all of something endless"),
    )
}

/// The checker's answer is none.
pub(super) fn untold() -> Failure {
    because(
        Reason::Test,
        "the test itself could not tell what came of it",
    )
}

/// What the checker says of a test.
pub(super) fn found_by(ran: Ran, fuel: u64) -> Found {
    let failure = (ran.status != Status::Passed).then(|| Failure {
        reason: ran.reason.unwrap_or(match ran.status {
            Status::Skipped => Reason::Skip,
            Status::Failed => Reason::Assertion,
            _ => Reason::Exception,
        }),
        message: ran.message.unwrap_or_default(),
        expected: ran.expected,
        actual: ran.actual,
        traceback: ran.traceback,
    });
    let mut found = found(ran.status, failure, fuel);
    if let Some(credit) = ran.credit
        && ran.status != Status::Passed
    {
        found.credit = credit.clamp(0.0, 1.0);
    }
    found
}
