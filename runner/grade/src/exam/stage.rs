//! Setting the stage: the submission is imported, the tests are collected with it, and both sessions are put aside as they are then.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use croquant_sandbox::{Called, Recorder, Session, Snapshot};
use serde_json::{Value, json};

use super::ops::{self, Collection, ImportErrorKind, Imported};
use super::pair::Pair;
use super::rehearsal::{Line, Rehearsal, Rehearsals};
use super::talk::{Talk, failure_of, served};
use super::{ExamError, Examiner, collection, import_problem, prepare, room};
use crate::assignment::Role;
use crate::submission::Submission;
use crate::{Problem, ProblemKind};

/// Where both sessions stand when the tests are collected.
pub(super) struct Stage {
    pub(super) checker: Snapshot,
    /// `None` in practice, where the checker has the submission itself, and where there is a problem with it.
    pub(super) submission: Option<Snapshot>,
}

/// A stage, the tests, and what is wrong with the submission.
pub(super) type Set = (Stage, Arc<Collection>, Option<Problem>);

/// How the tests were collected.
enum Gathered {
    /// As once before.
    Again(Rehearsal),
    /// By the checker.
    Anew(Called),
}

impl Examiner {
    /// Imports the submission, and collects the tests with it.
    pub(super) async fn set_stage(&mut self, submission: &Submission) -> Result<Set, ExamError> {
        if let Some(set) = self.try_stage(submission).await? {
            return Ok(set);
        }
        // The tests' modules do not ask the same each time: what was rehearsed is of no use.
        self.rehearsals = Rehearsals::default();
        let set = self.try_stage(submission).await?;
        set.ok_or_else(|| ExamError::Checker {
            what: "collect the tests",
            reason: "the host lost track of what it asked".to_owned(),
        })
    }

    /// The same; `None` if the checker asked something else than it had asked before.
    async fn try_stage(&mut self, submission: &Submission) -> Result<Option<Set>, ExamError> {
        let used = self.used.take();
        let mut pair = Pair::of(used, &self.engine, &self.checker, &self.empty).await?;
        pair.submission.restore(&self.empty).await?;
        let limits = room::submission_limits(&self.assignment.default_limits());
        pair.limit(&room::checker_limits(), &limits);
        if let Some(problem) = self.import(&mut pair, submission, limits.fuel).await? {
            return Ok(Some(self.without_submission(problem).await?));
        }
        let (gathered, report, at_end) = match self.gather(&mut pair).await? {
            Talk::Whole { asked, submission } => (Some(asked), submission, true),
            Talk::Broken(report) => (None, report, false),
        };
        let failure = failure_of(&report.outcome, limits.fuel, at_end);
        let (Some(gathered), None) = (gathered, &failure) else {
            let message = failure.map_or_else(String::new, |failure| failure.message);
            let problem = import_problem(message);
            return Ok(Some(self.without_submission(problem).await?));
        };
        let (checker, collection) = match gathered {
            Gathered::Again(rehearsal) => (rehearsal.checker, rehearsal.collection),
            Gathered::Anew(called) => match pair.link.written_down() {
                Some(lines) => self.rehearsed(&mut pair, lines, &called).await?,
                None => return Ok(None),
            },
        };
        let stage = Stage {
            checker,
            submission: Some(pair.submission.snapshot().await?),
        };
        self.used = Some(pair);
        Ok(Some((stage, collection, None)))
    }

    /// Collects the tests: as once before, if the submission answers as one did then.
    async fn gather(&self, pair: &mut Pair) -> Result<Talk<Gathered>, ExamError> {
        let request = self.collecting(None);
        let Pair {
            checker,
            submission,
            link,
            ..
        } = pair;
        let asking = async {
            let known = match self.rehearsals.go_through(link).await {
                Ok(rehearsal) => return Ok(Gathered::Again(rehearsal.clone())),
                Err(known) => known,
            };
            link.write_down(known);
            checker.restore(&self.checker).await?;
            Ok(Gathered::Anew(checker.call(&request).await?))
        };
        Ok(served(submission, link, asking).await?)
    }

    /// The checker as it is now, and what it has collected, kept for the submissions to come.
    async fn rehearsed(
        &mut self,
        pair: &mut Pair,
        lines: Vec<Line>,
        called: &Called,
    ) -> Result<(Snapshot, Arc<Collection>), ExamError> {
        let collection = Arc::new(collection(called)?);
        let checker = pair.checker.snapshot().await?;
        self.rehearsals.keep(Rehearsal {
            lines,
            checker: checker.clone(),
            collection: Arc::clone(&collection),
        });
        Ok((checker, collection))
    }

    /// The tests of a submission that has none to be tested: the list is the same.
    pub(super) async fn without_submission(&self, problem: Problem) -> Result<Set, ExamError> {
        let console = Box::new(Recorder::new());
        let mut checker = Session::resume(&self.engine, &self.checker, console).await?;
        let called = checker.call(&self.collecting(Some(&problem))).await?;
        let stage = Stage {
            checker: checker.snapshot().await?,
            submission: None,
        };
        Ok((stage, Arc::new(collection(&called)?), Some(problem)))
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
            checker: checker.snapshot().await?,
            submission: None,
        };
        Ok((stage, Arc::new(collection(&called)?), None))
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
        let request = json!({"op": "grade_import", "modules": self.modules, "later": self.later, "files": files});
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
pub(super) fn content_of(content: &[u8]) -> Value {
    match std::str::from_utf8(content) {
        Ok(text) => text.into(),
        Err(_) => {
            json!({"base64": base64::engine::general_purpose::STANDARD.encode(content)})
        }
    }
}
