//! One request to the checker, while the submission serves it.

use std::pin::pin;

use croquant_sandbox::{Called, Error, Outcome, Report, Snapshot};

use super::pair::Pair;
use super::rehearsal::Rehearsals;
use crate::{Failure, Reason};

/// What the submission's session is asked to do meanwhile.
const SERVE: &str = r#"{"op": "grade_serve"}"#;

/// How what was asked ended.
pub(super) enum Talk<T> {
    /// Whoever asked came to its end, and then the submission's side to its own.
    Whole { asked: T, submission: Report },
    /// The submission's side ended before all was asked, which it never should.
    Broken(Report),
}

/// What came of what the checker was to be asked.
pub(super) enum Asked<T> {
    /// The same as once before: the checker itself was not asked.
    Again(T),
    /// The checker's answer.
    Anew(Called),
}

/// Asks the checker, as it is in `from`, while the submission answers what the checker asks of it. As far as what it asks is `known`, the
/// submission is asked in its place.
///
/// # Errors
/// Those of the sandbox: the host failed.
pub(super) async fn talk<T: Clone>(
    pair: &mut Pair,
    from: &Snapshot,
    request: &str,
    known: &Rehearsals<T>,
) -> Result<Talk<Asked<T>>, Error> {
    let Pair {
        checker,
        submission,
        link,
        ..
    } = pair;
    link.begin();
    let asking = async {
        let lines = match known.go_through(link).await {
            Ok(came) => return Ok(Asked::Again(came)),
            Err(lines) => lines,
        };
        link.write_down(lines);
        checker.restore(from).await?;
        let called: Result<_, Error> = checker.call(request).await;
        called.map(Asked::Anew)
    };
    let mut asking = pin!(asking);
    let mut serving = pin!(submission.call(SERVE));
    tokio::select! {
        biased;
        asked = &mut asking => {
            let asked = asked?;
            link.end();
            let submission = serving.await?.report;
            Ok(Talk::Whole { asked, submission })
        }
        served = &mut serving => Ok(Talk::Broken(served?.report)),
    }
}

/// Why a submission whose side ended like this cannot have passed; `None` if it ended in order. `at_end`: it was told to end.
pub(super) fn failure_of(outcome: &Outcome, fuel_limit: u64, at_end: bool) -> Option<Failure> {
    let (reason, message) = match outcome {
        Outcome::Completed if at_end => return None,
        Outcome::Completed | Outcome::Raised => (
            Reason::Protocol,
            "the submission stopped answering: it has tampered with what answers for it".to_owned(),
        ),
        Outcome::Exited(code) => (
            Reason::Exit,
            format!(
                "the submission ended its interpreter, with exit code {code}, before the test was done"
            ),
        ),
        Outcome::OutOfFuel => (
            Reason::Fuel,
            format!(
                "the submission did more work than allowed ({fuel_limit} units of fuel): is there an endless loop?"
            ),
        ),
        Outcome::Deadline => (
            Reason::Deadline,
            "the submission took more time than allowed".to_owned(),
        ),
        Outcome::OutOfMemory => (
            Reason::Memory,
            "the submission used more memory than allowed".to_owned(),
        ),
        Outcome::OutputLimit => (
            Reason::OutputLimit,
            "the submission printed more than allowed".to_owned(),
        ),
        Outcome::HostMemory => (
            Reason::OutputLimit,
            "the submission returned a value that is too large".to_owned(),
        ),
        Outcome::StackOverflow => (
            Reason::Crash,
            "the submission overflowed the interpreter's stack: is there an endless recursion?"
                .to_owned(),
        ),
        Outcome::Trapped(_) => (
            Reason::Crash,
            "the submission crashed its interpreter".to_owned(),
        ),
        Outcome::InputIdle => (
            Reason::Deadline,
            "the submission waited for an answer that could not come".to_owned(),
        ),
        Outcome::OpenFiles | Outcome::Files => (
            Reason::Exception,
            "the submission opened or made too many files".to_owned(),
        ),
        Outcome::Interrupted | Outcome::Killed => {
            (Reason::Crash, "the submission was interrupted".to_owned())
        }
    };
    Some(Failure {
        reason,
        message,
        expected: None,
        actual: None,
        traceback: None,
    })
}
