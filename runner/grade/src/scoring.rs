//! From results to points.

use crate::{Reason, Status};

/// How a test ended, as far as its points go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// How it ended.
    pub status: Status,
    /// The part of it that passed, from 0 to 1.
    pub credit: f64,
    /// Work that the submission did for it, in units of fuel.
    pub fuel: u64,
}

/// What a test earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// How it ended, with dependencies and fuel taken into account.
    pub status: Status,
    /// What changed the status, and a sentence for people.
    pub changed: Option<(Reason, String)>,
    /// Points earned.
    pub points: f64,
    /// Points that there are to earn.
    pub max_points: f64,
}

/// What a submission earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Each test, in the order of the bound tests.
    pub tests: Vec<Score>,
    /// The sum of the points earned.
    pub points: f64,
    /// The sum of the points that there are to earn.
    pub max_points: f64,
}
