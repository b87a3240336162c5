//! The two sessions of a grader, used for one talk after the other: before each they are made what two snapshots have.
//!
//! A fork of a session is its memory. Where the last talk left a session alive, that is written over what the talk has changed, which is
//! several times as fast as a new instance; where not, there is a new one.

use croquant_sandbox::{Engine, Error, Limits, Session, Snapshot};

use super::link::{CheckerSide, Link, SubmissionSide};

/// How many talks two sessions are used for. With each there may be more pages to look at; to fill new sessions costs some seven hundred page faults,
/// as much as one submission.
const USES: u32 = 1000;

/// Two sessions that can talk.
pub(super) struct Pair {
    pub(super) checker: Session,
    pub(super) submission: Session,
    pub(super) link: Link,
    uses: u32,
}

impl Pair {
    /// The sessions of `used`, as they were left, as far as they can be used again; for the others new ones, as the snapshots have them.
    pub(super) async fn of(
        used: Option<Self>,
        engine: &Engine,
        checker: &Snapshot,
        submission: &Snapshot,
    ) -> Result<Self, Error> {
        let Some(mut pair) = used.filter(|used| used.uses < USES) else {
            let link = Link::default();
            let side = Box::new(CheckerSide(link.clone()));
            let checker = Session::resume(engine, checker, side).await?;
            let side = Box::new(SubmissionSide(link.clone()));
            let submission = Session::resume(engine, submission, side).await?;
            return Ok(Self::new(checker, submission, link));
        };
        pair.link.begin_anew();
        pair.uses += 1;
        if !pair.checker.is_alive() {
            let side = Box::new(CheckerSide(pair.link.clone()));
            pair.checker = Session::resume(engine, checker, side).await?;
        }
        if !pair.submission.is_alive() {
            let side = Box::new(SubmissionSide(pair.link.clone()));
            pair.submission = Session::resume(engine, submission, side).await?;
        }
        Ok(pair)
    }

    /// Two sessions that `link` lies between.
    pub(super) fn new(checker: Session, submission: Session, link: Link) -> Self {
        Self {
            checker,
            submission,
            link,
            uses: 1,
        }
    }

    /// The limits of both for what comes next.
    pub(super) fn limit(&mut self, checker: &Limits, submission: &Limits) {
        self.checker.set_limits(checker);
        self.submission.set_limits(submission);
    }
}
