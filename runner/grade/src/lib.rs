//! The verdict: grades that cannot be forged.
//!
//! A submission is imported in one session, its tests run in another, and the host, which alone keeps the list of tests, scores and
//! verdicts, carries the calls between them. Each test has a fork of both sessions for itself.

mod verdict;

pub use verdict::{
    Failure, Problem, ProblemKind, Reason, Status, TestVerdict, Verdict, Visibility,
};
