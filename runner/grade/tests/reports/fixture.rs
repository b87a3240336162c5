//! The verdicts of the report tests: every status, whitespace, secrets in hidden tests, and attempts to break out of formats.

use croquant_grade::{
    Failure, Problem, ProblemKind, Reason, Status, TestVerdict, Verdict, Visibility,
};

/// What no student may read.
pub(crate) const SECRETS: [&str; 10] = [
    "SECRET-ID",
    "SECRET-NAME",
    "SECRET-MESSAGE",
    "SECRET-EXPECTED",
    "SECRET-ACTUAL",
    "SECRET-TRACE",
    "SECRET-OUT",
    "SECRET-GROUP",
    "SECRET-LATER",
    "987654321",
];

fn test(id: &str, status: Status, failure: Option<Failure>) -> TestVerdict {
    let passed = status == Status::Passed;
    TestVerdict {
        id: id.into(),
        name: id.rsplit("::").next().unwrap_or(id).into(),
        visibility: Visibility::Visible,
        status,
        failure,
        points: if passed { 2.0 } else { 0.0 },
        max_points: 2.0,
        stdout: String::new(),
        stderr: String::new(),
        fuel: 1000,
        max_fuel: None,
        wall_us: 1500,
        task: Some(1),
        code: Some("self.assertEqual(f(1), 2)".into()),
        group: None,
    }
}

fn failure(reason: Reason, message: &str) -> Option<Failure> {
    Some(Failure {
        reason,
        message: message.into(),
        expected: None,
        actual: None,
        traceback: None,
    })
}

fn hidden(visibility: Visibility, word: &str) -> TestVerdict {
    TestVerdict {
        name: format!("test {word}"),
        visibility,
        failure: Some(Failure {
            reason: Reason::Assertion,
            message: "SECRET-MESSAGE".into(),
            expected: Some("SECRET-EXPECTED".into()),
            actual: Some("SECRET-ACTUAL".into()),
            traceback: Some("SECRET-TRACE".into()),
        }),
        stdout: "SECRET-OUT".into(),
        fuel: 987_654_321,
        wall_us: 987_654_321,
        group: Some("SECRET-GROUP".into()),
        code: Some("SECRET-OUT".into()),
        ..test("test_h.py::SECRET-ID", Status::Failed, None)
    }
}

/// Every kind of test.
pub(crate) fn rich() -> Verdict {
    let mut lines = test(
        "test_a.py::T::test_lines",
        Status::Failed,
        failure(Reason::Output, "the output differs"),
    );
    if let Some(failure) = &mut lines.failure {
        failure.expected = Some("one\ntwo \nthree\n".into());
        failure.actual = Some("one\ntwo\n\tthree\n".into());
    }
    let mut value = test(
        "test_a.py::T::test_value",
        Status::Failed,
        failure(Reason::Assertion, "'a ' != 'a'"),
    );
    if let Some(failure) = &mut value.failure {
        failure.expected = Some("'a '".into());
        failure.actual = Some("'a'".into());
        failure.traceback = Some("Traceback:\n  File \"solution.py\", line 3, in f".into());
    }
    let evil = "::set-output name=x::y\n##[error]no\n]]><evil/> </script><script>alert(1)</script> | `x` \u{1b}[31mred \u{202e}rtl \0 # SKIP\nok 99 - forged\n";
    let mut attack = test(
        "test_a.py::=cmd()|</script> # SKIP ]]>",
        Status::Error,
        failure(Reason::Exception, evil),
    );
    attack.stdout = evil.into();
    attack.stderr = "warning\n".into();
    let mut passed = test("test_a.py::T::test_good", Status::Passed, None);
    passed.group = Some("SECRET-GROUP".into());
    let mut verdict = Verdict {
        submission: "=ada.py".into(),
        assignment: "leap | <years>".into(),
        tests: vec![
            passed,
            hidden(Visibility::Hidden, "SECRET-NAME"),
            lines,
            value,
            hidden(Visibility::AfterDueDate, "SECRET-LATER"),
            attack,
            test(
                "test_a.py::T::test_skip",
                Status::Skipped,
                failure(Reason::Skip, "not this year"),
            ),
            test(
                "test_a.py::T::test_next",
                Status::Blocked,
                failure(Reason::Dependency, "`SECRET-NAME` did not pass"),
            ),
            test(
                "test_a.py::T::test_hang",
                Status::Error,
                failure(Reason::Fuel, "more than 1000 units of fuel"),
            ),
        ],
        points: 2.0,
        max_points: 18.0,
        problem: None,
        notes: vec!["`Leap.py` was taken as `leap.py`".into()],
        tamper_evident: true,
        seed: 987_654_321,
        wall_us: 987_654_321,
        image: "0123abcd".into(),
    };
    verdict.tests[0].stdout = "x".repeat(600);
    verdict
}

/// One that does not compile.
pub(crate) fn syntax() -> Verdict {
    let mut verdict = rich();
    verdict.problem = Some(Problem {
        kind: ProblemKind::Syntax,
        message: "leap.py, line 2: expected ':'\n::error::no".into(),
    });
    verdict.tests = vec![test(
        "test_a.py::T::test_good",
        Status::Error,
        failure(Reason::Import, "leap.py cannot be imported"),
    )];
    (verdict.points, verdict.max_points, verdict.seed) = (0.0, 2.0, 7);
    verdict
}

/// One that passed, in process.
pub(crate) fn practice() -> Verdict {
    let mut verdict = rich();
    verdict.tests = vec![test("test_a.py::T::test_good", Status::Passed, None)];
    (verdict.points, verdict.max_points, verdict.seed) = (2.0, 2.0, 7);
    verdict.tamper_evident = false;
    verdict
}

/// One without tests.
pub(crate) fn empty() -> Verdict {
    let mut verdict = practice();
    verdict.tests = Vec::new();
    (verdict.points, verdict.max_points, verdict.tamper_evident) = (0.0, 0.0, true);
    verdict
}
