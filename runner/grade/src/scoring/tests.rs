use super::*;
use crate::Visibility;
use crate::assignment::{Source, TestLimits};

fn test(points: f64) -> Bound {
    Bound {
        id: format!("t{points}"),
        name: format!("t{points}"),
        source: Source::Collected(0),
        points,
        visibility: Visibility::Visible,
        group: None,
        all_or_nothing: false,
        needs: Vec::new(),
        partial: true,
        limits: TestLimits::default(),
        fuel: FuelRule::Free,
    }
}

fn result(status: Status, credit: f64) -> TestResult {
    TestResult {
        status,
        credit,
        fuel: 100,
    }
}

const PASSED: TestResult = TestResult {
    status: Status::Passed,
    credit: 1.0,
    fuel: 100,
};
const FAILED: TestResult = TestResult {
    status: Status::Failed,
    credit: 0.0,
    fuel: 100,
};

#[track_caller]
fn check(bound: &[Bound], results: &[TestResult], points: &[f64], sums: (f64, f64)) -> Scores {
    let scores = score(bound, results);
    let earned: Vec<_> = scores.tests.iter().map(|test| test.points).collect();
    assert_eq!(earned, points);
    assert_eq!((scores.points, scores.max_points), sums);
    scores
}

#[test]
fn passed_tests_earn_their_points() {
    check(
        &[test(2.0), test(3.0)],
        &[PASSED, FAILED],
        &[2.0, 0.0],
        (2.0, 5.0),
    );
    check(&[], &[], &[], (0.0, 0.0));
}

#[test]
fn parts_earn_parts_unless_the_test_says_otherwise() {
    let whole = Bound {
        partial: false,
        ..test(4.0)
    };
    let half = result(Status::Failed, 0.5);
    check(
        &[test(4.0), whole.clone()],
        &[half, half],
        &[2.0, 0.0],
        (2.0, 8.0),
    );
    check(&[whole], &[PASSED], &[4.0], (4.0, 4.0));
}

#[test]
fn no_credit_is_more_than_all_or_less_than_nothing() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0];
    for status in [
        Status::Passed,
        Status::Failed,
        Status::Error,
        Status::Skipped,
        Status::Blocked,
    ] {
        for credit in odd {
            let scores = score(&[test(3.0)], &[result(status, credit)]);
            assert!((0.0..=3.0).contains(&scores.points), "{status:?} {credit}");
            assert!(status == Status::Passed || scores.points == 0.0);
        }
    }
}

#[test]
fn skipped_tests_count_neither_for_nor_against() {
    let skipped = result(Status::Skipped, 1.0);
    check(
        &[test(2.0), test(3.0)],
        &[skipped, PASSED],
        &[0.0, 3.0],
        (3.0, 3.0),
    );
}

#[test]
fn groups_are_all_or_nothing() {
    let member = |points| Bound {
        group: Some("g".into()),
        all_or_nothing: true,
        ..test(points)
    };
    let bound = [member(1.0), member(2.0), test(5.0)];
    check(
        &bound,
        &[PASSED, PASSED, FAILED],
        &[1.0, 2.0, 0.0],
        (3.0, 8.0),
    );
    let scores = check(
        &bound,
        &[PASSED, FAILED, PASSED],
        &[0.0, 0.0, 5.0],
        (5.0, 8.0),
    );
    assert_eq!(scores.tests[0].status, Status::Passed);
    let part = result(Status::Passed, 0.5);
    check(
        &bound,
        &[PASSED, part, PASSED],
        &[0.0, 0.0, 5.0],
        (5.0, 8.0),
    );
    let skipped = result(Status::Skipped, 0.0);
    check(
        &bound,
        &[PASSED, skipped, PASSED],
        &[1.0, 0.0, 5.0],
        (6.0, 6.0),
    );
}

#[test]
fn what_needs_a_test_that_did_not_pass_is_blocked() {
    // Forwards and through another: 0 needs 2, 2 needs 1.
    let needs = |needs: &[usize]| Bound {
        needs: needs.to_vec(),
        ..test(1.0)
    };
    let bound = [needs(&[2]), needs(&[]), needs(&[1])];
    assert_eq!(order(&bound), [1, 2, 0]);
    let scores = check(&bound, &[PASSED, FAILED, PASSED], &[0.0; 3], (0.0, 3.0));
    let statuses: Vec<_> = scores.tests.iter().map(|test| test.status).collect();
    assert_eq!(statuses, [Status::Blocked, Status::Failed, Status::Blocked]);
    let why = scores.tests[2].changed.clone().unwrap();
    assert_eq!(
        why,
        (Reason::Dependency, "it is not run until `t1` passes".into())
    );
    check(&bound, &[PASSED; 3], &[1.0; 3], (3.0, 3.0));
    let skipped = result(Status::Skipped, 0.0);
    check(
        &bound,
        &[PASSED, skipped, PASSED],
        &[1.0, 0.0, 1.0],
        (2.0, 2.0),
    );
}

#[test]
fn the_name_of_a_hidden_test_is_in_no_sentence() {
    for visibility in [Visibility::Hidden, Visibility::AfterDueDate] {
        let hidden = Bound {
            visibility,
            ..test(7.0)
        };
        let needs = Bound {
            needs: vec![0],
            ..test(1.0)
        };
        let scores = score(&[hidden, needs], &[FAILED, PASSED]);
        let why = "it is not run until a hidden test passes";
        assert_eq!(
            scores.tests[1].changed,
            Some((Reason::Dependency, why.into()))
        );
    }
}

#[test]
fn too_much_work_does_not_pass() {
    let most = |most| Bound {
        fuel: FuelRule::AtMost(most),
        ..test(2.0)
    };
    check(&[most(100)], &[PASSED], &[2.0], (2.0, 2.0));
    let needs = Bound {
        needs: vec![0],
        ..test(1.0)
    };
    let scores = check(
        &[most(99), needs],
        &[PASSED, PASSED],
        &[0.0, 0.0],
        (0.0, 3.0),
    );
    assert_eq!(scores.tests[0].status, Status::Failed);
    assert_eq!(
        scores.tests[0].changed,
        Some((
            Reason::Slow,
            "it took 100 units of fuel, more than allowed; at most 99 earn all".into()
        ))
    );
    assert_eq!(scores.tests[1].status, Status::Blocked);
}

#[test]
fn work_is_scored_in_steps() {
    let steps = |steps: &[(u64, f64)]| Bound {
        fuel: FuelRule::Steps(steps.to_vec()),
        ..test(2.0)
    };
    check(
        &[steps(&[(100, 1.0), (200, 0.5)])],
        &[PASSED],
        &[2.0],
        (2.0, 2.0),
    );
    let scores = check(
        &[steps(&[(50, 1.0), (200, 0.25)])],
        &[PASSED],
        &[0.5],
        (0.5, 2.0),
    );
    assert_eq!(scores.tests[0].status, Status::Passed);
    let why = "it took 100 units of fuel, which earns 25 %; at most 50 earn all";
    assert_eq!(scores.tests[0].changed, Some((Reason::Slow, why.into())));
    check(
        &[steps(&[(50, 1.0), (99, 0.25)])],
        &[PASSED],
        &[0.0],
        (0.0, 2.0),
    );
    let whole = Bound {
        partial: false,
        ..steps(&[(50, 1.0), (200, 0.25)])
    };
    check(&[whole], &[PASSED], &[0.5], (0.5, 2.0));
}

#[test]
fn shares_add_up() {
    let third = 10.0 / 3.0;
    check(
        &[test(third), test(third), test(third)],
        &[PASSED; 3],
        &[3.333333; 3],
        (10.0, 10.0),
    );
}

/// Random assignments and results, from a fixed seed: what holds of every score.
#[test]
fn scores_are_numbers_within_bounds_and_better_results_never_earn_less() {
    let mut state = 7u64;
    let mut random = move |below: u64| {
        // Knuth's generator: its high bits are good.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..2_000 {
        let count = random(8) as usize;
        let mut bound = Vec::new();
        let mut results = Vec::new();
        for i in 0..count {
            let group = (random(3) == 0).then(|| format!("g{}", random(2)));
            bound.push(Bound {
                all_or_nothing: group.as_deref() == Some("g0"),
                group,
                needs: (0..i).filter(|_| random(4) == 0).collect(),
                partial: random(2) == 0,
                fuel: match random(3) {
                    0 => FuelRule::Free,
                    1 => FuelRule::AtMost(random(200)),
                    _ => FuelRule::Steps(vec![(50, 1.0), (150, 0.5)]),
                },
                ..test(random(100) as f64 / 7.0)
            });
            let status = [Status::Passed, Status::Failed, Status::Error][random(3) as usize];
            let credit = if status == Status::Passed {
                1.0
            } else {
                random(10) as f64 / 10.0
            };
            results.push(TestResult {
                fuel: random(200),
                ..result(status, credit)
            });
        }
        let scores = score(&bound, &results);
        assert!(scores.points.is_finite() && scores.points <= scores.max_points);
        let mut sum = 0.0;
        for test in &scores.tests {
            assert!((0.0..=test.max_points).contains(&test.points));
            assert!(test.points == 0.0 || test.status != Status::Blocked);
            sum += test.points;
        }
        assert!((sum - scores.points).abs() < 1e-4);
        // Let one more test pass without any work.
        if count > 0 {
            results[random(count as u64) as usize] = TestResult { fuel: 0, ..PASSED };
            assert!(score(&bound, &results).points >= scores.points);
        }
    }
}
