//! One test: asked of the checker, in forks of both sessions.

use croquant_sandbox::{Called, Outcome, Recorder, Session, Snapshot};
use serde_json::json;

use super::found::{Found, checker_ended, found_by, not_passed, protocol, untold};
use super::link::Written;
use super::ops::{self, Ran};
use super::pair::Pair;
use super::rehearsal::{Rehearsals, Scene};
use super::stage::Stage;
use super::talk::{Asked, Talk, failure_of, talk};
use super::{ExamError, Examiner, lost_track, room};
use crate::assignment::Bound;
use crate::{Failure, Status};

impl Examiner {
    /// Runs one test, in forks of both sessions.
    pub(super) async fn run_test(
        &mut self,
        bound: &Bound,
        stage: &Stage,
    ) -> Result<Found, ExamError> {
        let request = json!({"op": "grade_run", "id": bound.id}).to_string();
        let Some(submission) = &stage.submission else {
            return self.practise(bound, stage, &request).await;
        };
        let scene = &stage.scene;
        let known = scene.of_test(&bound.id);
        if let Some(found) = self
            .try_test(bound, scene, submission, &request, &known)
            .await?
        {
            return Ok(found);
        }
        // The checker does not ask the same each time: what was rehearsed is of no use.
        let known = Rehearsals::default();
        let found = self
            .try_test(bound, scene, submission, &request, &known)
            .await?;
        found.ok_or_else(lost_track)
    }

    /// The same; `None` if the checker asked something else than is known.
    async fn try_test(
        &mut self,
        bound: &Bound,
        scene: &Scene,
        submission: &Snapshot,
        request: &str,
        known: &Rehearsals<Ran>,
    ) -> Result<Option<Found>, ExamError> {
        let used = self.used.take();
        let mut pair = Pair::of(used, &self.engine, &scene.checker, submission).await?;
        pair.submission.restore(submission).await?;
        pair.limit(
            &room::checker_limits(),
            &room::submission_limits(&bound.limits),
        );
        let most = bound.limits.fuel;
        let talked = talk(&mut pair, &scene.checker, request, known).await?;
        let mut found = match &talked {
            Talk::Broken(report) => {
                let failure = failure_of(&report.outcome, most, false);
                not_passed(Status::Error, failure.unwrap_or_else(protocol), report.fuel)
            }
            Talk::Whole { asked, submission } => {
                match (failure_of(&submission.outcome, most, true), asked) {
                    (Some(failure), _) => not_passed(Status::Error, failure, submission.fuel),
                    (None, Asked::Again(ran)) => found_by(ran.clone(), submission.fuel),
                    (None, Asked::Anew(called)) => {
                        let heard = hear(&pair, scene, &bound.id, called);
                        let Some(ran) = heard else { return Ok(None) };
                        ran.map_or_else(
                            |failure| not_passed(Status::Error, failure, submission.fuel),
                            |ran| found_by(ran, submission.fuel),
                        )
                    }
                }
            }
        };
        (found.stdout, found.stderr) = pair.link.printed();
        self.used = Some(pair);
        Ok(Some(found))
    }

    /// The same in a fork of the one session that there is in practice.
    async fn practise(
        &self,
        bound: &Bound,
        stage: &Stage,
        request: &str,
    ) -> Result<Found, ExamError> {
        let console = Box::new(Recorder::new());
        let mut session = Session::resume(&self.engine, &stage.scene.checker, console).await?;
        session.set_limits(&room::practice_limits(&bound.limits));
        let called = session.call(request).await?;
        let fuel = called.report.fuel;
        Ok(
            match failure_of(&called.report.outcome, bound.limits.fuel, true) {
                Some(failure) => not_passed(Status::Error, failure, fuel),
                None => found_by(ops::reply(&called, "run a test")?, fuel),
            },
        )
    }
}

/// What the checker says of a test, kept for others, or why it says nothing; `None` if it asked something else than is known.
fn hear(pair: &Pair, scene: &Scene, id: &str, called: &Called) -> Option<Result<Ran, Failure>> {
    if called.report.outcome != Outcome::Completed {
        return Some(Err(checker_ended(called)));
    }
    let ran: Ran = match ops::reply(called, "run a test") {
        Ok(ran) => ran,
        Err(error) => {
            // The submission may have brought it to that: the other tests go on.
            tracing::error!(%error, "a test does not tell what came of it");
            return Some(Err(untold()));
        }
    };
    match pair.link.written_down() {
        Written::Strayed => return None,
        Written::Whole(lines) if !pair.checker.was_told_time() => {
            scene.keep_test(id, lines, ran.clone());
        }
        Written::Whole(_) | Written::TooMuch => {}
    }
    Some(Ok(ran))
}
