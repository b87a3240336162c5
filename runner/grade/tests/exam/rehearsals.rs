//! One examiner for many submissions: what it keeps of one changes nothing for the next.

use croquant_grade::{Status, Verdict};

use crate::stage::{check, examiner, files, grade_files};

/// Modules that ask the submission while they are collected.
const CURIOUS: &[(&str, &str)] = &[(
    "test_solution.py",
    "\
import pytest
import solution
from solution import SIZES, Box

KIND = solution.kind('box')
BOX = Box(3)

@pytest.mark.parametrize('size', SIZES)
def test_double(size):
    assert solution.double(size) == 2 * size

def test_kind(capsys):
    assert KIND == 'a box'

def test_box():
    BOX.size += 1
    assert BOX.size == 4
",
)];

/// One that never asks the same twice.
const RESTLESS: &[(&str, &str)] = &[(
    "test_solution.py",
    "\
import time
import solution

solution.kind('box')
solution.kind(str(time.perf_counter_ns()))

def test_double():
    assert solution.double(2) == 4
",
)];

fn solution(sizes: &str, kind: &str, double: &str, more: &str) -> String {
    format!(
        "SIZES = {sizes}\n\nclass Box:\n    def __init__(self, size):\n        self.size = size\n{more}\n\
         def kind(name):\n    {kind}\n\ndef double(x):\n    return {double}\n"
    )
}

/// A verdict, without the time that it took and the name of the folder.
fn timeless(mut verdict: Verdict) -> Verdict {
    verdict.tests.iter_mut().for_each(|test| test.wall_us = 0);
    verdict.wall_us = 0;
    verdict.assignment.clear();
    verdict
}

async fn like_alone(assignment: &[(&str, &str)], submissions: &[String]) -> Vec<Verdict> {
    let mut examiner = examiner(assignment).await;
    let mut verdicts = Vec::new();
    for text in submissions {
        let files_of_it = [("solution.py", text.as_str())];
        let verdict = examiner.grade(files(&files_of_it), &mut |_, _| {}).await;
        let verdict = timeless(verdict.unwrap());
        let alone = timeless(grade_files(assignment, &files_of_it).await);
        assert_eq!(verdict, alone, "after others, of:\n{text}");
        verdicts.push(verdict);
    }
    verdicts
}

#[tokio::test]
async fn each_submission_is_graded_as_if_it_were_alone() {
    let good = "return 'a ' + name";
    let submissions = [
        solution("[1, 2]", good, "x * 2", ""),
        // The same answers of other code, right and wrong.
        solution("[1, 2]", "return f'a {name}'", "x + x", ""),
        solution("[1, 2]", good, "x ** 2", ""),
        // Other answers: values, what is printed, a class that has more, none at all.
        solution("[1, 2, 3]", good, "x * 2", ""),
        solution("[1, 2]", "return name", "x * 2", ""),
        solution("[1, 2]", "print(name); return 'a ' + name", "x * 2", ""),
        solution("[1, 2]", good, "x * 2", "    def more(self): pass\n"),
        solution("[1, 2]", "raise ValueError(name)", "x * 2", ""),
        solution("[1, 2]", "__import__('os')._exit(0)", "x * 2", ""),
        "def double(x): return 2 * x".to_owned(),
        "def double(x) return 2 * x".to_owned(),
        // And the first again.
        solution("[1, 2]", good, "x * 2", ""),
    ];
    let verdicts = like_alone(CURIOUS, &submissions).await;
    let all = |double, kind, box_| {
        [
            ("test_double[1]", double),
            ("test_double[2]", double),
            ("test_kind", kind),
            ("test_box", box_),
        ]
    };
    let passed = Status::Passed;
    for at in [0, 1, 5, 6, 11] {
        check(&verdicts[at], &all(passed, passed, passed));
    }
    check(
        &verdicts[2],
        &[
            ("test_double[1]", Status::Failed),
            ("test_double[2]", passed),
            ("test_kind", passed),
            ("test_box", passed),
        ],
    );
    assert_eq!(verdicts[3].tests.len(), 5);
    check(&verdicts[4], &all(passed, Status::Failed, passed));
    for verdict in &verdicts[7..=10] {
        assert_eq!(verdict.points, 0.0, "{verdict:#?}");
    }
}

#[tokio::test]
async fn modules_that_never_ask_the_same_are_collected_each_time() {
    let submission =
        |kind: &str| format!("def kind(name):\n    {kind}\n\ndef double(x):\n    return 2 * x\n");
    let submissions = [
        submission("return 1"),
        submission("return 1"),
        submission("return 2"),
        submission("return name"),
        submission("return name"),
    ];
    for verdict in like_alone(RESTLESS, &submissions).await {
        check(&verdict, &[("test_double", Status::Passed)]);
    }
}

/// Tests that say what they saw of the clock, and one that says nothing.
const TIMED: &[(&str, &str)] = &[(
    "test_solution.py",
    "\
import time
import solution

def test_clock():
    assert solution.double(2) == time.perf_counter_ns()

def test_no_clock():
    assert solution.double(2) == 5
",
)];

#[tokio::test]
async fn a_test_that_looks_at_the_clock_is_run_each_time() {
    let mut examiner = examiner(TIMED).await;
    let submission = files(&[("solution.py", "def double(x):\n    return 2 * x\n")]);
    let mut said = Vec::new();
    for _ in 0..3 {
        let verdict = examiner.grade(submission.clone(), &mut |_, _| {}).await;
        let verdict = verdict.unwrap();
        let failure = |at: usize| verdict.tests[at].failure.clone().unwrap().message;
        said.push((failure(0), failure(1)));
    }
    let [first, second, third] = &said[..] else {
        unreachable!("three were graded")
    };
    assert!(first.0 != second.0 && second.0 != third.0, "{said:?}");
    assert!(first.1 == second.1 && second.1 == third.1, "{said:?}");
}

/// Tests that differ in what they are answered, by much.
const LONG: &[(&str, &str)] = &[(
    "test_solution.py",
    "\
import solution

def test_text():
    assert set(solution.text(3_000_000)) == {'a'}

def test_many():
    assert all(solution.text(1) == 'a' for _ in range(20_000))
",
)];

#[tokio::test]
async fn what_is_too_much_to_keep_is_graded_all_the_same() {
    let text = |letter: &str| format!("def text(size):\n    return size * {letter:?}\n");
    let submissions = [text("a"), text("a"), text("b"), text("a")];
    let verdicts = like_alone(LONG, &submissions).await;
    for (at, status) in [
        Status::Passed,
        Status::Passed,
        Status::Failed,
        Status::Passed,
    ]
    .into_iter()
    .enumerate()
    {
        check(
            &verdicts[at],
            &[("test_text", status), ("test_many", status)],
        );
    }
}

/// A test whose questions follow from the answers.
const WANDERING: &[(&str, &str)] = &[(
    "test_solution.py",
    "\
import solution

def test_walk(capsys):
    at = 1
    while at < 40:
        at = solution.step(at)
    assert at == 64
    assert capsys.readouterr().out == ''
",
)];

#[tokio::test]
async fn a_test_is_run_where_the_answers_part() {
    let step = |body: &str| format!("def step(at):\n    {body}\n");
    let right = ["return 2 * at", "return at + at", "return at << 1"];
    let wrong = [
        "return at + 1",
        "return 3 * at",
        "return 2 * at if at < 8 else 65",
        "print(at); return 2 * at",
        "return 2 * at if at < 8 else '64'",
        "return 2 * at if at < 8 else 1 // 0",
        "return 2 * at if at < 8 else __import__('os')._exit(0)",
        "return 2 * at if at < 8 else type('Liar', (int,), {'__eq__': lambda *_: True})(64)",
    ];
    let bodies: Vec<_> = right.iter().chain(&wrong).chain(&right).collect();
    let submissions: Vec<_> = bodies.iter().map(|body| step(body)).collect();
    for (verdict, body) in like_alone(WANDERING, &submissions).await.iter().zip(bodies) {
        let is_right = right.contains(body);
        assert_eq!(
            verdict.tests[0].status == Status::Passed,
            is_right,
            "{body}"
        );
    }
}
