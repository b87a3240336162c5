//! Checks of a submission's source, decided by the checker on the syntax tree: nothing of the submission runs.

use croquant_sandbox::{Recorder, Session};
use serde_json::json;

use super::found::{Found, because, found, not_passed};
use super::ops::{self, Violations};
use super::stage::content_of;
use super::talk::failure_of;
use super::{ExamError, Examiner, room};
use crate::assignment::Imports;
use crate::submission::Submission;
use crate::{Reason, Status};

impl Examiner {
    /// Makes the check at `index` of the assignment's.
    pub(super) async fn check_source(
        &self,
        index: usize,
        submission: &Submission,
    ) -> Result<Found, ExamError> {
        let Some(rules) = self.assignment.constructs.get(index) else {
            return Err(ExamError::Rules("there is no such check".into()));
        };
        let is_wanted = |path: &str| match rules.files.as_slice() {
            [] => path.ends_with(".py"),
            files => files.iter().any(|file| file == path),
        };
        let texts: serde_json::Map<_, _> = submission
            .files
            .iter()
            .filter(|(path, _)| is_wanted(path))
            .map(|(path, content)| (path.clone(), content_of(content)))
            .collect();
        let imports = match &rules.imports {
            Imports::All => json!(null),
            Imports::Only(modules) => json!({"only": modules}),
            Imports::AllBut(modules) => json!({"all_but": modules}),
        };
        let request = json!({
            "op": "grade_constructs",
            "files": texts,
            "rules": {
                "forbid": rules.forbid,
                "require": rules.require,
                "max_lines": rules.max_lines,
                "imports": imports,
            },
        });
        let console = Box::new(Recorder::new());
        let mut checker = Session::resume(&self.engine, &self.checker, console).await?;
        let called = checker.call(&request.to_string()).await?;
        if let Some(failure) = failure_of(&called.report.outcome, room::checker_limits().fuel, true)
        {
            return Ok(not_passed(Status::Error, failure, 0));
        }
        let Violations { violations } = ops::reply(&called, "check the source")?;
        if violations.is_empty() {
            return Ok(found(Status::Passed, None, 0));
        }
        let tell = |violation: &ops::Mistake| match violation.line {
            Some(line) => format!("{}:{line}: {}", violation.file, violation.message),
            None => format!("{}: {}", violation.file, violation.message),
        };
        let message = violations.iter().map(tell).collect::<Vec<_>>().join("\n");
        Ok(not_passed(
            Status::Failed,
            because(Reason::Construct, message),
            0,
        ))
    }
}
