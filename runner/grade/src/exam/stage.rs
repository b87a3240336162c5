//! Setting the stage: the submission is imported, the tests are collected with it, and both sessions are put aside as they are then.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use croquant_sandbox::{Called, Recorder, Session, Snapshot};
use serde_json::{Value, json};

use super::link::Written;
use super::ops::{self, ImportErrorKind, Imported};
use super::pair::Pair;
use super::rehearsal::{Rehearsals, Scene};
use super::talk::{Asked, Talk, failure_of, talk};
use super::{ExamError, Examiner, collection, import_problem, lost_track, prepare, room};
use crate::assignment::Role;
use crate::submission::Submission;
use crate::{Problem, ProblemKind};

/// Where both sessions stand when the tests are collected.
pub(super) struct Stage {
    pub(super) scene: Arc<Scene>,
    /// `None` in practice, where the checker has the submission itself, and where there is a problem with it.
    pub(super) submission: Option<Snapshot>,
}

/// A stage, and what is wrong with the submission.
pub(super) type Set = (Stage, Option<Problem>);

impl Stage {
    /// The checker alone, after it has collected the tests.
    async fn of_checker(checker: &mut Session, called: &Called) -> Result<Self, ExamError> {
        let collection = collection(called)?;
        Ok(Self {
            scene: Arc::new(Scene::new(checker.snapshot().await?, collection)),
            submission: None,
        })
    }
}

impl Examiner {
    /// Imports the submission, and collects the tests with it.
    pub(super) async fn set_stage(&mut self, submission: &Submission) -> Result<Set, ExamError> {
        if let Some(set) = self.try_stage(submission).await? {
            return Ok(set);
        }
        // The tests' modules do not ask the same each time: what was rehearsed is of no use.
        self.scenes = Rehearsals::default();
        let set = self.try_stage(submission).await?;
        set.ok_or_else(lost_track)
    }

    /// The same; `None` if the checker asked something else than it had asked before.
    async fn try_stage(&mut self, submission: &Submission) -> Result<Option<Set>, ExamError> {
        let used = self.used.take();
        let mut pair = Pair::of(used, &self.engine, &self.checker, &self.empty).await?;
        let set = self.set_with(&mut pair, submission).await;
        self.used = Some(pair);
        set
    }

    async fn set_with(
        &mut self,
        pair: &mut Pair,
        submission: &Submission,
    ) -> Result<Option<Set>, ExamError> {
        pair.submission.restore(&self.empty).await?;
        let limits = room::submission_limits(&self.assignment.default_limits());
        pair.limit(&room::checker_limits(), &limits);
        if let Some(problem) = self.import(pair, submission, limits.fuel).await? {
            return Ok(Some(self.without_submission(problem).await?));
        }
        let request = self.collecting(None);
        let talked = talk(pair, &self.checker, &request, &self.scenes).await?;
        let (gathered, report, at_end) = match talked {
            Talk::Whole { asked, submission } => (Some(asked), submission, true),
            Talk::Broken(report) => (None, report, false),
        };
        let failure = failure_of(&report.outcome, limits.fuel, at_end);
        let (Some(gathered), None) = (gathered, &failure) else {
            let message = failure.map_or_else(String::new, |failure| failure.message);
            let problem = import_problem(message);
            return Ok(Some(self.without_submission(problem).await?));
        };
        let scene = match gathered {
            Asked::Again(scene) => scene,
            Asked::Anew(called) => {
                let written = pair.link.written_down();
                if matches!(written, Written::Strayed) {
                    return Ok(None);
                }
                let is_timeless = !pair.checker.was_told_time();
                let checker = pair.checker.snapshot().await?;
                let scene = Arc::new(Scene::new(checker, collection(&called)?));
                if let (Written::Whole(lines), true) = (written, is_timeless) {
                    self.scenes.keep_scene(lines, &scene);
                }
                scene
            }
        };
        let stage = Stage {
            scene,
            submission: Some(pair.submission.snapshot().await?),
        };
        Ok(Some((stage, None)))
    }

    /// The tests of a submission that has none to be tested: the list is the same.
    pub(super) async fn without_submission(&self, problem: Problem) -> Result<Set, ExamError> {
        let console = Box::new(Recorder::new());
        let mut checker = Session::resume(&self.engine, &self.checker, console).await?;
        let called = checker.call(&self.collecting(Some(&problem))).await?;
        Ok((
            Stage::of_checker(&mut checker, &called).await?,
            Some(problem),
        ))
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
        Ok((Stage::of_checker(&mut checker, &called).await?, None))
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
