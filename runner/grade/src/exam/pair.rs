//! The two sessions of a grader, used for one talk after the other: before each they are made what two snapshots have.
//!
//! A fork of a session is its memory. Where the last talk came to its end in both, that is written over what the talk has changed, which is
//! several times as fast as a new instance; after any other end there are new instances.

use croquant_sandbox::{Engine, Error, Limits, Session, Snapshot};

use super::link::{CheckerSide, Link, SubmissionSide};

/// How many talks two sessions are used for: with each there are more pages to look at.
const USES: u32 = 200;

/// Two sessions that can talk.
pub(super) struct Pair {
    pub(super) checker: Session,
    pub(super) submission: Session,
    pub(super) link: Link,
    uses: u32,
}

impl Pair {
    /// `used`, as it was left, if it can be used again; or else two sessions as the snapshots have them.
    pub(super) async fn of(
        used: Option<Self>,
        engine: &Engine,
        checker: &Snapshot,
        submission: &Snapshot,
    ) -> Result<Self, Error> {
        if let Some(mut pair) = used
            && pair.uses < USES
            && pair.checker.is_alive()
            && pair.submission.is_alive()
        {
            pair.link.begin_anew();
            pair.uses += 1;
            return Ok(pair);
        }
        let link = Link::default();
        let side = Box::new(CheckerSide(link.clone()));
        let checker = Session::resume(engine, checker, side).await?;
        let side = Box::new(SubmissionSide(link.clone()));
        let submission = Session::resume(engine, submission, side).await?;
        Ok(Self::new(checker, submission, link))
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
