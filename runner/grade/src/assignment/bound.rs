//! Tests with what the assignment says of them.

use super::rules::{FuelRule, TestLimits};
use crate::Visibility;

/// A test that was collected from the assignment's test files, as its author marked it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collected {
    /// Its id, as pytest writes it: `test_leap.py::LeapTest::test_year_1996`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Points from its mark.
    pub points: Option<f64>,
    /// Visibility from its mark.
    pub visibility: Option<Visibility>,
}

/// A test with everything that holds for it: all rules are applied, nothing is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// Its identity within the assignment.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it runs.
    pub source: Source,
    /// Points that there are to earn, with weights, groups and the total applied.
    pub points: f64,
    /// Who may see it.
    pub visibility: Visibility,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// Whether the group's tests earn nothing unless all of them pass.
    pub all_or_nothing: bool,
    /// What has to pass before: indices into the list of bound tests, in order, without cycles.
    pub needs: Vec<usize>,
    /// Whether a test that passed in part earns a part.
    pub partial: bool,
    /// Its limits.
    pub limits: TestLimits,
    /// What work costs.
    pub fuel: FuelRule,
}

/// Where a bound test comes from: an index into the list that it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The tests that were collected.
    Collected(usize),
    /// [`Assignment::cases`](super::Assignment::cases).
    Case(usize),
    /// [`Assignment::constructs`](super::Assignment::constructs).
    Constructs(usize),
}
