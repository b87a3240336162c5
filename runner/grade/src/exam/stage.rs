//! Setting the stage: the submission is imported, the tests are collected with it, and both sessions are put aside as they are then.

use std::collections::BTreeMap;

use base64::Engine as _;
use croquant_sandbox::{Recorder, Session, Snapshot};
use serde_json::{Value, json};

use super::ops::{self, Collection, ImportErrorKind, Imported};
use super::pair::Pair;
use super::talk::{Talk, failure_of, talk};
use super::{ExamError, Examiner, collection, import_problem, prepare, room};
use crate::assignment::Role;
use crate::submission::Submission;
use crate::{Problem, ProblemKind};

/// Where both sessions stand when the tests are collected.
pub(super) struct Stage {
    /// No two stages of an examiner have the same; 0 for those without a submission's session.
    pub(super) number: u64,
    pub(super) checker: Snapshot,
    /// `None` in practice, where the checker has the submission itself, and where there is a problem with it.
    pub(super) submission: Option<Snapshot>,
}

/// A stage, the tests, and what is wrong with the submission.
pub(super) type Set = (Stage, Collection, Option<Problem>);

impl Examiner {
    /// Imports the submission, and collects the tests with it.
    pub(super) async fn set_stage(&mut self, submission: &Submission) -> Result<Set, ExamError> {
        let (checker, empty) = (self.checker.clone(), self.empty.clone());
        let mut pair = self.pair(&checker, &empty, None).await?;
        let limits = room::submission_limits(&self.assignment.default_limits());
        pair.limit(&room::checker_limits(), &limits);
        if let Some(problem) = self.import(&mut pair, submission, limits.fuel).await? {
            return self.without_submission(problem).await;
        }
        let request = self.collecting(None);
        let (called, report, at_end) = match talk(&mut pair, &request).await? {
            Talk::Whole {
                checker,
                submission,
            } => (Some(checker), submission, true),
            Talk::Broken(report) => (None, report, false),
        };
        let failure = failure_of(&report.outcome, limits.fuel, at_end);
        let (Some(called), None) = (called, &failure) else {
            let message = failure.map_or_else(String::new, |failure| failure.message);
            return self.without_submission(import_problem(message)).await;
        };
        self.stages += 1;
        let (checker, submission) = pair.put_aside(self.stages).await?;
        let stage = Stage {
            number: self.stages,
            checker,
            submission: Some(submission),
        };
        self.used = Some(pair);
        Ok((stage, collection(&called)?, None))
    }

    /// The tests of a submission that has none to be tested: the list is the same.
    pub(super) async fn without_submission(&self, problem: Problem) -> Result<Set, ExamError> {
        let console = Box::new(Recorder::new());
        let mut checker = Session::resume(&self.engine, &self.checker, console).await?;
        let called = checker.call(&self.collecting(Some(&problem))).await?;
        let stage = Stage {
            number: 0,
            checker: checker.snapshot().await?,
            submission: None,
        };
        Ok((stage, collection(&called)?, Some(problem)))
    }

    /// The same in one session, for practice.
    pub(super) async fn set_practice(&self, submission: &Submission) -> Result<Set, ExamError> {
        let policy = room::checker_policy(&self.assignment, &submission.files, self.seed);
        let limits = room::practice_limits(&self.assignment.default_limits());
        let console = Box::new(Recorder::new());
        let mut checker = Session::start(&self.engine, &policy, &limits, console).await?;
        prepare(&mut checker, &self.assignment, self.seed).await?;
        let request = json!({
            "op": "grade_collect",
            "modules": self.modules,
            "solution_error": null,
            "in_process": true,
        });
        let called = checker.call(&request.to_string()).await?;
        if !checker.is_alive() {
            let failure = failure_of(&called.report.outcome, limits.fuel, false);
            let message = failure.map_or_else(String::new, |failure| failure.message);
            return self.without_submission(import_problem(message)).await;
        }
        let stage = Stage {
            number: 0,
            checker: checker.snapshot().await?,
            submission: None,
        };
        Ok((stage, collection(&called)?, None))
    }

    fn collecting(&self, problem: Option<&Problem>) -> String {
        let error = problem.map(
            |problem| json!({"kind": "import", "message": problem.message, "traceback": null}),
        );
        let request = json!({
            "op": "grade_collect",
            "modules": self.modules,
            "solution_error": error,
        });
        request.to_string()
    }

    /// Gives the session its files and imports the submission's modules: what is wrong with it, if anything.
    async fn import(
        &self,
        pair: &mut Pair,
        submission: &Submission,
        fuel: u64,
    ) -> Result<Option<Problem>, ExamError> {
        let provided = self.assignment.files_of(Role::Provided);
        let own = submission.files.iter();
        let own = own.map(|(path, content)| (path.as_str(), content.as_slice()));
        let files: BTreeMap<&str, Value> = own
            .chain(provided)
            .map(|(path, content)| (path, content_of(content)))
            .collect();
        let request = json!({"op": "grade_import", "modules": self.modules, "files": files});
        let called = pair.submission.call(&request.to_string()).await?;
        if let Some(failure) = failure_of(&called.report.outcome, fuel, true) {
            let message = format!("while it was imported, {}", failure.message);
            return Ok(Some(import_problem(message)));
        }
        Ok(match ops::reply(&called, "import") {
            Ok(Imported::Ok) => None,
            Ok(Imported::Error {
                kind,
                file,
                line,
                message,
                traceback,
            }) => {
                let place = match (file, line) {
                    (Some(file), Some(line)) => format!("{file}, line {line}: "),
                    (Some(file), None) => format!("{file}: "),
                    (None, _) => String::new(),
                };
                Some(Problem {
                    kind: match kind {
                        ImportErrorKind::Syntax => ProblemKind::Syntax,
                        ImportErrorKind::Missing => ProblemKind::MissingFile,
                        ImportErrorKind::Exception => ProblemKind::Import,
                    },
                    message: match traceback {
                        Some(traceback) if kind == ImportErrorKind::Exception => {
                            format!("{place}{message}\n{traceback}")
                        }
                        _ => format!("{place}{message}"),
                    },
                })
            }
            Err(_) => Some(import_problem(
                "the submission has tampered with what imports it".to_owned(),
            )),
        })
    }
}

/// A file's content in a request: text, or base 64.
fn content_of(content: &[u8]) -> Value {
    match std::str::from_utf8(content) {
        Ok(text) => text.into(),
        Err(_) => {
            json!({"base64": base64::engine::general_purpose::STANDARD.encode(content)})
        }
    }
}
