//! From what was handed in to a verdict: taken apart, examined, marked.

use std::time::Instant;

use crate::Status;
use crate::exam::{ExamError, Examiner, Found, Sheet};
use crate::scoring::score;
use crate::submission::Handed;
use crate::verdict::{Failure, TestVerdict, Verdict};

impl Examiner {
    /// Grades what was handed in; `progress` hears how many tests of how many are done.
    ///
    /// # Errors
    /// [`ExamError`]: the fault is not the submission's.
    pub async fn grade(
        &mut self,
        handed: Handed,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Verdict, ExamError> {
        let began = Instant::now();
        let label = handed.label.clone();
        let unpacked = handed.unpack();
        let fitting = unpacked.and_then(|files| files.fit(self.assignment(), self.modules()));
        let (label, notes, sheet) = match &fitting {
            Ok(submission) => (
                submission.label.clone(),
                submission.notes.clone(),
                self.examine(submission, progress).await?,
            ),
            Err(problem) => (label, Vec::new(), self.refuse(problem).await?),
        };
        let wall_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(self.mark(label, notes, sheet, wall_us))
    }

    fn mark(&self, submission: String, notes: Vec<String>, sheet: Sheet, wall_us: u64) -> Verdict {
        let results: Vec<_> = sheet.found.iter().map(Found::result).collect();
        let scores = score(&sheet.tests, &results);
        let tests = sheet.tests.into_iter().zip(sheet.found).zip(scores.tests);
        let tests = tests.map(|((bound, found), score)| {
            let failure = match score.changed {
                Some((reason, message)) => Some(Failure {
                    reason,
                    message,
                    expected: None,
                    actual: None,
                    traceback: None,
                }),
                None => found.failure,
            };
            TestVerdict {
                id: bound.id,
                name: bound.name,
                visibility: bound.visibility,
                failure: failure.filter(|_| score.status != Status::Passed),
                status: score.status,
                points: score.points,
                max_points: score.max_points,
                stdout: found.stdout,
                stderr: found.stderr,
                fuel: found.fuel,
                max_fuel: bound.fuel.most(),
                wall_us: found.wall_us,
                task: found.task,
                code: found.code,
                group: bound.group,
            }
        });
        Verdict {
            submission,
            assignment: self.assignment().name.clone(),
            tests: tests.collect(),
            points: scores.points,
            max_points: scores.max_points,
            problem: sheet.problem,
            notes,
            tamper_evident: !self.is_practice(),
            seed: self.seed(),
            wall_us,
            image: croquant_guest::HASH.to_owned(),
        }
    }
}
