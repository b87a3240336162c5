//! The examination: a submission in one session, the checker in another, and between them the host, which alone keeps the list of tests.
//!
//! [`Examiner::new`] prepares the checker once for an assignment. [`Examiner::examine`] gives each submission a fork of that, imports the
//! submission in a session of its own, and lets the checker collect the tests. Both sessions are then put aside, and each test has a fork of both for itself: it finds
//! no other test's leftovers, and whatever ends it ends nothing else.

mod found;
mod link;
mod ops;
mod pair;
mod program;
mod rehearsal;
mod room;
mod run;
mod source;
mod stage;
mod talk;

pub use found::Found;

use std::sync::Arc;
use std::time::Instant;

use croquant_sandbox::{Engine, Session, Snapshot};
use serde_json::json;

use crate::assignment::{Assignment, Bound, Collected, Role, Source};
use crate::scoring::{blocked_by, order, status};
use crate::submission::Submission;
use crate::{Problem, ProblemKind, Status};
use found::{blocked, unimportable};
use link::{CheckerSide, Link, SubmissionSide};
use ops::{Collection, Mistake, Prepared};
use pair::Pair;
use rehearsal::{Rehearsals, Scene};

/// An assignment, ready for submissions.
pub struct Examiner {
    engine: Engine,
    assignment: Assignment,
    seed: u64,
    practice: bool,
    /// The checker with the tests compiled, before it has seen any submission.
    checker: Snapshot,
    /// A session for a submission, before it has one.
    empty: Snapshot,
    /// The sessions of the last test, to be used again.
    used: Option<Pair>,
    /// What the checker was after it had collected the tests.
    scenes: Rehearsals<Arc<Scene>>,
    /// The modules that the tests expect of a submission.
    modules: Vec<String>,
    /// Those of them that run when a test imports them.
    later: Vec<String>,
}

/// What was found out about one submission, before points.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Each test, in order, with what the assignment says of it.
    pub tests: Vec<Bound>,
    /// What came of each.
    pub found: Vec<Found>,
    /// Why the submission could not be graded as it is.
    pub problem: Option<Problem>,
}

/// Why nothing can be graded: whoever wrote the assignment, or runs the host, has to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamError {
    /// The host failed.
    #[error(transparent)]
    Sandbox(#[from] croquant_sandbox::Error),
    /// Files of the tests cannot be used.
    #[error("{}\nhint: mend the tests: nothing can be graded by them", mistakes.join("\n"))]
    Tests {
        /// One message a mistake, with file and line.
        mistakes: Vec<String>,
    },
    /// There is no test: that is never a pass.
    #[error(
        "no tests were found\nhint: name files `test_*.py`, and functions and methods `test_*`"
    )]
    NoTests,
    /// The assignment's rules do not fit its tests.
    #[error("{0}")]
    Rules(String),
    /// The checker's session did not answer as it should.
    #[error(
        "the checker failed to {what}: {reason}\nhint: run the tests on your own solution with `--in-process`"
    )]
    Checker {
        /// What it was asked.
        what: &'static str,
        /// What it answered.
        reason: String,
    },
}

impl Examiner {
    /// Prepares `assignment`. Random numbers of both sessions come of `seed`. In `practice` the submission runs in the checker's own session, and
    /// could forge the result.
    ///
    /// # Errors
    /// [`ExamError::Tests`] for test files that do not compile, and the host's failures.
    pub async fn new(
        engine: &Engine,
        assignment: Assignment,
        seed: u64,
        practice: bool,
    ) -> Result<Self, ExamError> {
        let link = Link::default();
        let policy = room::checker_policy(&assignment, &[], seed);
        let limits = room::checker_limits();
        let console = Box::new(CheckerSide(link.clone()));
        let mut checker = Session::start(engine, &policy, &limits, console).await?;
        let prepared = prepare(&mut checker, &assignment, seed).await?;
        let policy = room::submission_policy(&assignment, &[], seed);
        let limits = room::submission_limits(&assignment.default_limits());
        let console = Box::new(SubmissionSide(link.clone()));
        let mut submission = Session::start(engine, &policy, &limits, console).await?;
        Ok(Self {
            engine: engine.clone(),
            checker: checker.snapshot().await?,
            empty: submission.snapshot().await?,
            used: Some(Pair::new(checker, submission, link)),
            scenes: Rehearsals::default(),
            assignment,
            seed,
            practice,
            modules: prepared.imports,
            later: prepared.later,
        })
    }

    /// The assignment.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// Whether tests and submission are in one session.
    pub fn is_practice(&self) -> bool {
        self.practice
    }

    /// The modules that the tests import from a submission.
    pub fn modules(&self) -> &[String] {
        &self.modules
    }

    /// The seed of both sessions.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Examines a submission; `progress` hears how many tests of how many are done.
    ///
    /// # Errors
    /// [`ExamError`]: the fault is not the submission's. Whatever a submission does is in the [`Sheet`].
    pub async fn examine(
        &mut self,
        submission: &Submission,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Sheet, ExamError> {
        let (stage, problem) = if self.practice {
            self.set_practice(submission).await?
        } else {
            self.set_stage(submission).await?
        };
        let collection = &stage.scene.collection;
        let collected: Vec<_> = collection.tests.iter().map(marks).collect();
        let tests = self.bind(&collected)?;
        let mut found: Vec<Option<Found>> = tests.iter().map(|_| None).collect();
        for (done, at) in order(&tests).into_iter().enumerate() {
            let bound = &tests[at];
            let began = Instant::now();
            let blocker = blocked_by(bound, |needed| {
                found[needed].as_ref().map_or(Status::Blocked, |other| {
                    status(&tests[needed], &other.result())
                })
            });
            let mut result = match (blocker, bound.source, &problem) {
                (Some(_), ..) => blocked(),
                (None, Source::Constructs(at), _) => self.check_source(at, submission).await?,
                (None, Source::Case(at), _) => self.run_case(at, bound, submission).await?,
                (None, Source::Collected(_), Some(problem)) => unimportable(problem),
                (None, Source::Collected(_), None) => self.run_test(bound, &stage).await?,
            };
            result.wall_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            result.of(bound, collection);
            found[at] = Some(result);
            progress(done + 1, tests.len());
        }
        Ok(Sheet {
            tests,
            found: found
                .into_iter()
                .map(|found| found.unwrap_or_else(blocked))
                .collect(),
            problem,
        })
    }

    /// What there is to say of something that is no submission: no test is passed.
    ///
    /// # Errors
    /// As [`Examiner::examine`].
    pub async fn refuse(&mut self, problem: &Problem) -> Result<Sheet, ExamError> {
        let (stage, _) = self.without_submission(problem.clone()).await?;
        let collection = &stage.scene.collection;
        let collected: Vec<_> = collection.tests.iter().map(marks).collect();
        let tests = self.bind(&collected)?;
        let refused = tests.iter().map(|bound| {
            let mut found = unimportable(problem);
            found.of(bound, collection);
            found
        });
        Ok(Sheet {
            found: refused.collect(),
            tests,
            problem: Some(problem.clone()),
        })
    }

    fn bind(&self, collected: &[Collected]) -> Result<Vec<Bound>, ExamError> {
        let bound = crate::assignment::bind(&self.assignment, collected)
            .map_err(|error| ExamError::Rules(error.to_string()))?;
        if bound.is_empty() {
            return Err(ExamError::NoTests);
        }
        Ok(bound)
    }
}

/// Lets the checker compile the tests.
async fn prepare(
    session: &mut Session,
    assignment: &Assignment,
    seed: u64,
) -> Result<Prepared, ExamError> {
    let tests: Vec<_> = assignment
        .files_of(Role::Test)
        .map(|(path, _)| path)
        .collect();
    if tests.is_empty() {
        return Ok(Prepared::default());
    }
    let request = json!({
        "op": "grade_prepare",
        "tests": tests,
        "root": room::FOLDER,
        "modules": null,
        "seed": seed,
    });
    let called = session.call(&request.to_string()).await?;
    let prepared: Prepared = ops::reply(&called, "compile the tests")?;
    refuse(&prepared.errors)?;
    Ok(prepared)
}

fn collection(called: &croquant_sandbox::Called) -> Result<Collection, ExamError> {
    let collection: Collection = ops::reply(called, "collect the tests")?;
    refuse(&collection.errors)?;
    Ok(collection)
}

fn refuse(mistakes: &[Mistake]) -> Result<(), ExamError> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let tell = |mistake: &Mistake| match mistake.line {
        Some(line) => format!("{}:{line}: {}", mistake.file, mistake.message),
        None => format!("{}: {}", mistake.file, mistake.message),
    };
    Err(ExamError::Tests {
        mistakes: mistakes.iter().map(tell).collect(),
    })
}

fn marks(test: &ops::CollectedTest) -> Collected {
    Collected {
        id: test.id.clone(),
        name: test.name.clone(),
        points: test.points,
        visibility: test.visibility,
    }
}

fn import_problem(message: String) -> Problem {
    Problem {
        kind: ProblemKind::Import,
        message,
    }
}

fn lost_track() -> ExamError {
    ExamError::Checker {
        what: "ask the submission",
        reason: "the host lost track of what it asked".to_owned(),
    }
}
