//! What comes of right answers, wrong ones, and of those that end badly.

use croquant_grade::{ProblemKind, Reason, Status};

use crate::stage::{check, grade};

const PYTEST: &[(&str, &str)] = &[(
    "test_solution.py",
    "from solution import double\n\ndef test_two():\n    assert double(2) == 4\n\ndef test_text():\n    assert double('ab') == 'abab'\n",
)];

const UNITTEST: &[(&str, &str)] = &[(
    "test_solution.py",
    "import unittest\nimport solution\n\nclass Doubling(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(solution.double(2), 4)\n    def test_text(self):\n        self.assertEqual(solution.double('ab'), 'abab')\n",
)];

#[tokio::test]
async fn the_right_answer_passes_and_a_wrong_one_does_not() {
    for assignment in [PYTEST, UNITTEST] {
        let verdict = grade(assignment, "def double(x):\n    return x * 2\n").await;
        check(
            &verdict,
            &[("test_two", Status::Passed), ("test_text", Status::Passed)],
        );
        assert_eq!((verdict.points, verdict.max_points), (2.0, 2.0));
        assert!(verdict.tests.iter().all(|test| test.fuel > 0));

        let verdict = grade(
            assignment,
            "def double(x):\n    print('hello')\n    return 4\n",
        )
        .await;
        check(
            &verdict,
            &[("test_two", Status::Passed), ("test_text", Status::Failed)],
        );
        let test = &verdict.tests[1];
        let failure = test.failure.as_ref().unwrap();
        assert_eq!(failure.reason, Reason::Assertion);
        assert_eq!(failure.expected.as_deref(), Some("'abab'"));
        assert_eq!(failure.actual.as_deref(), Some("4"));
        assert_eq!(test.stdout, "hello\n");
    }
}

/// What ends one test ends no other.
#[tokio::test]
async fn a_bad_end_is_that_tests_alone() {
    for (body, reason) in [
        ("__import__('os')._exit(0)", Reason::Exit),
        ("while True: pass", Reason::Fuel),
        ("return 1 / 0", Reason::Exception),
        ("raise SystemExit(0)", Reason::Exception),
        ("raise KeyboardInterrupt", Reason::Exception),
        (
            "import unittest; raise unittest.SkipTest('x')",
            Reason::Exception,
        ),
        (
            "import _croquant_host; _croquant_host.exchange(b'nonsense')",
            Reason::Protocol,
        ),
        (
            "print('x' * 100, flush=True) or [print('y' * 1000) for _ in range(10**5)]",
            Reason::OutputLimit,
        ),
        ("return [0] * 10**8", Reason::Exception),
    ] {
        let limits = "[defaults]\nlimits = { fuel = 3_000_000_000 }\n";
        let file = ("assignment.toml", limits);
        let tests = PYTEST[0];
        let submission = format!("def double(x):\n    if x == 2: return 4\n    {body}\n");
        let verdict = grade(&[file, tests], &submission).await;
        let test = &verdict.tests[1];
        assert_eq!(
            verdict.tests[0].status,
            Status::Passed,
            "{body}: {verdict:#?}"
        );
        assert_eq!(test.status, Status::Error, "{body}: {test:#?}");
        assert_eq!(
            test.failure.as_ref().unwrap().reason,
            reason,
            "{body}: {test:#?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_imported_is_told() {
    for (source, kind, said) in [
        (
            "def double(x:\n",
            ProblemKind::Syntax,
            "solution.py, line 1: '(' was never closed",
        ),
        ("1 / 0\n", ProblemKind::Import, "ZeroDivisionError"),
        ("while True: pass\n", ProblemKind::Import, "endless loop"),
        (
            "import os; os._exit(0)\n",
            ProblemKind::Import,
            "exit code 0",
        ),
        ("raise SystemExit\n", ProblemKind::Import, "exit code"),
        ("import nowhere\n", ProblemKind::Import, "nowhere"),
    ] {
        let limits = (
            "assignment.toml",
            "[defaults]\nlimits = { fuel = 3_000_000_000 }\n",
        );
        let verdict = grade(&[limits, PYTEST[0]], source).await;
        check(
            &verdict,
            &[("test_two", Status::Error), ("test_text", Status::Error)],
        );
        let problem = verdict.problem.unwrap();
        assert_eq!(problem.kind, kind, "{source}: {problem:?}");
        assert!(problem.message.contains(said), "{source}: {problem:?}");
    }
}

/// A name that is missing fails the tests that use it.
#[tokio::test]
async fn a_missing_name_fails_where_it_is_used() {
    let tests = "from solution import one, two\n\ndef test_one():\n    assert one() == 1\n\ndef test_two():\n    assert two() == 2\n";
    let verdict = grade(&[("test_solution.py", tests)], "def one():\n    return 1\n").await;
    check(
        &verdict,
        &[("test_one", Status::Passed), ("test_two", Status::Error)],
    );
    assert!(
        verdict.tests[1]
            .failure
            .as_ref()
            .unwrap()
            .message
            .contains("has no `two`")
    );
}

/// Each test finds both sides as they were when the tests were collected.
#[tokio::test]
async fn no_test_sees_anothers_leftovers() {
    let tests = "import solution\nseen = []\ndef test_a():\n    seen.append(1)\n    assert (solution.count(), len(seen)) == (1, 1)\ndef test_b():\n    seen.append(1)\n    assert (solution.count(), len(seen)) == (1, 1)\n";
    let submission = "calls = 0\ndef count():\n    global calls\n    calls += 1\n    open('left', 'a').write('x')\n    return calls + open('left').read().count('x') - 1\n";
    let verdict = grade(&[("test_solution.py", tests)], submission).await;
    check(
        &verdict,
        &[("test_a", Status::Passed), ("test_b", Status::Passed)],
    );
}
