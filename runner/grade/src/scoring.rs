//! From results to points.
//!
//! Points are sums of products of numbers of an assignment with fractions from 0 to 1. They are added up as they are, in the tests' order;
//! what comes out (points of a test, and sums) is rounded to six digits after the point, halves away from zero. So three tests that share
//! 10 points have 3.333333 each, and 10 together.

use crate::assignment::{Bound, FuelRule};
use crate::{Reason, Status, Visibility};

/// How a test ended, as far as its points go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// How it ended.
    pub status: Status,
    /// The part of it that passed, from 0 to 1. Of a test that did not pass, all of it is no part, and counts as 0.
    pub credit: f64,
    /// Work that the submission did for it, in units of fuel.
    pub fuel: u64,
}

/// What a test earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// How it ended, with dependencies and fuel taken into account.
    pub status: Status,
    /// What changed the status or lessened the points, and a sentence for people.
    pub changed: Option<(Reason, String)>,
    /// Points earned.
    pub points: f64,
    /// Points that there are to earn: none of a test that was skipped.
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

/// An order in which each test comes after those that it needs; of tests that may change places, the earlier is first.
pub fn order(bound: &[Bound]) -> Vec<usize> {
    let mut order = Vec::with_capacity(bound.len());
    let mut is_placed = vec![false; bound.len()];
    // Each test with how many of its needs were followed; needs have no cycles, so that no test is on the way twice.
    let mut way: Vec<(usize, usize)> = Vec::new();
    for start in 0..bound.len() {
        way.push((start, 0));
        while let Some((test, followed)) = way.last_mut() {
            let next = bound[*test].needs.get(*followed).copied();
            *followed += 1;
            match next {
                _ if is_placed[*test] => drop(way.pop()),
                Some(next) if !is_placed[next] => way.push((next, 0)),
                Some(_) => {}
                None => {
                    is_placed[*test] = true;
                    order.push(*test);
                    way.pop();
                }
            }
        }
    }
    order
}

/// The first test that `test` needs and that did not pass, by the statuses so far; skipped tests are in nobody's way.
pub fn blocked_by(bound: &Bound, status: impl Fn(usize) -> Status) -> Option<usize> {
    bound
        .needs
        .iter()
        .copied()
        .find(|need| !matches!(status(*need), Status::Passed | Status::Skipped))
}

/// The status of one test when its fuel is taken into account: what [`blocked_by`] asks of tests that others need.
pub fn status(bound: &Bound, result: &TestResult) -> Status {
    match result.status {
        Status::Passed if fraction(&bound.fuel, result.fuel).is_none() => Status::Failed,
        status => status,
    }
}

/// What a submission earned by its results, one for each of the bound tests, in their order.
///
/// # Panics
///
/// If there are fewer results than tests.
pub fn score(bound: &[Bound], results: &[TestResult]) -> Scores {
    assert_eq!(bound.len(), results.len(), "each test has one result");
    let mut tests: Vec<Score> = bound
        .iter()
        .zip(results)
        .map(|(bound, result)| alone(bound, result))
        .collect();
    for i in order(bound) {
        let blocking = blocked_by(&bound[i], |need| tests[need].status);
        if let Some(need) = blocking.filter(|_| tests[i].status != Status::Skipped) {
            tests[i].status = Status::Blocked;
            tests[i].points = 0.0;
            let why = match bound[need].visibility {
                Visibility::Visible => format!("it is not run until `{}` passes", bound[need].name),
                // The sentence stands with a test that may be visible.
                Visibility::Hidden | Visibility::AfterDueDate => {
                    "it is not run until a hidden test passes".into()
                }
            };
            tests[i].changed = Some((Reason::Dependency, why));
        }
    }
    all_or_nothing(bound, &mut tests);
    let sum = |points: fn(&Score) -> f64| rounded(tests.iter().map(points).sum());
    let (points, max_points) = (sum(|test| test.points), sum(|test| test.max_points));
    for test in &mut tests {
        test.points = rounded(test.points);
        test.max_points = rounded(test.max_points);
    }
    Scores {
        tests,
        points,
        max_points,
    }
}

/// What a test earns by itself.
fn alone(bound: &Bound, result: &TestResult) -> Score {
    let mut score = Score {
        status: status(bound, result),
        changed: None,
        points: 0.0,
        max_points: bound.points,
    };
    let mut credit = part(result.credit);
    match result.status {
        Status::Skipped => {
            score.max_points = 0.0;
            return score;
        }
        Status::Blocked => return score,
        Status::Passed => match fraction(&bound.fuel, result.fuel) {
            Some(1.0) => {}
            Some(fraction) => {
                score.changed = Some((Reason::Slow, slow(bound, result.fuel, fraction)));
                // A budget is a part for whoever has all of the test.
                score.points = bound.points * fraction * whole_or(bound, credit);
                return score;
            }
            None => {
                score.changed = Some((Reason::Slow, slow(bound, result.fuel, 0.0)));
                return score;
            }
        },
        Status::Failed | Status::Error if credit == 1.0 => credit = 0.0,
        Status::Failed | Status::Error => {}
    }
    score.points = bound.points * whole_or(bound, credit);
    score
}

/// The credit, or nothing of it if parts earn nothing.
fn whole_or(bound: &Bound, credit: f64) -> f64 {
    if bound.partial || credit == 1.0 {
        credit
    } else {
        0.0
    }
}

/// A fraction from 0 to 1; what is no number is 0.
fn part(credit: f64) -> f64 {
    if credit.is_nan() {
        0.0
    } else {
        credit.clamp(0.0, 1.0)
    }
}

/// What a passed test earns for its work; `None` if it took more than is allowed.
fn fraction(rule: &FuelRule, fuel: u64) -> Option<f64> {
    match rule {
        FuelRule::Free => Some(1.0),
        FuelRule::AtMost(most) => (fuel <= *most).then_some(1.0),
        FuelRule::Steps(steps) => {
            let step = steps.iter().find(|(most, _)| fuel <= *most);
            step.map(|(_, fraction)| part(*fraction))
        }
    }
}

fn slow(bound: &Bound, fuel: u64, fraction: f64) -> String {
    let budget = match &bound.fuel {
        FuelRule::Steps(steps) => steps.first().map_or(0, |step| step.0),
        FuelRule::AtMost(most) => *most,
        FuelRule::Free => u64::MAX,
    };
    if fraction > 0.0 {
        let percent = rounded(fraction * 100.0);
        format!("it took {fuel} units of fuel, which earns {percent} %; at most {budget} earn all")
    } else {
        format!("it took {fuel} units of fuel, more than allowed; at most {budget} earn all")
    }
}

/// Tests of such a group keep their points if all of them passed in full, those that were skipped aside.
fn all_or_nothing(bound: &[Bound], tests: &mut [Score]) {
    let in_full = |test: &Score| match test.status {
        Status::Passed => test.points >= test.max_points,
        Status::Skipped => true,
        Status::Failed | Status::Error | Status::Blocked => false,
    };
    let lost: Vec<&String> = bound
        .iter()
        .zip(tests.iter())
        .filter(|(bound, test)| bound.all_or_nothing && !in_full(test))
        .filter_map(|(bound, _)| bound.group.as_ref())
        .collect();
    for (bound, test) in bound.iter().zip(tests) {
        if bound.all_or_nothing
            && bound
                .group
                .as_ref()
                .is_some_and(|group| lost.contains(&group))
        {
            if test.points > 0.0 && test.changed.is_none() {
                let why = "its group earns nothing until all of its tests pass in full";
                test.changed = Some((Reason::Dependency, why.into()));
            }
            test.points = 0.0;
        }
    }
}

/// To six digits after the point, halves away from zero.
fn rounded(points: f64) -> f64 {
    let rounded = (points * 1e6).round() / 1e6;
    // Never `-0.0`, which formats write with its sign.
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests;
