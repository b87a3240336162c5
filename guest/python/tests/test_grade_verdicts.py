"""What a submission must not gain by: what it lacks, how it ends, what it raises while it is shown. Each with a twin that passes."""

import pathlib
import sys
from unittest import mock

import fake_host
import test_grade_framework as framework
from _croquant.grade import bridge, checking
from test_grade_framework import Base
from two_sessions import Session

CONTENT_WITH_ANYTHING = """
import unittest
import pytest
import solution
from solution import double, halve as other
def helper(): return other
def test_callable(): assert callable(double)
def test_is_there(): assert double is not None and hasattr(solution, "double")
def test_any_exception():
    with pytest.raises(Exception): double("a", "b")
def test_by_a_helper(): helper()
@pytest.fixture
def given(): return other
def test_by_a_fixture(given): assert given
@pytest.mark.parametrize("function", [double, other], ids=["double", "other"])
def test_by_a_parameter(function): assert callable(function)
class T(unittest.TestCase):
    @unittest.expectedFailure
    def test_expected_failure(self): self.assertEqual(double(1), 3)
    def test_set_up_alone(self): pass
def test_nothing_of_it(): pass
"""
NAMES = """test_callable test_is_there test_any_exception test_by_a_helper test_by_a_fixture test_by_a_parameter[double]
           test_by_a_parameter[other] T::test_expected_failure T::test_set_up_alone test_nothing_of_it""".split()
NAMED_AS_A_BUILTIN = "from solution import max\ndef test(): assert max(1, 2) == 2\n"
BOTH = "def double(x):\n    return x * 2\ndef halve(x):\n    return x / 2\n"


def grade(tests, solution, only=None, **request):
    """As `framework.grade`, with a solution that is not there yet when the tests are compiled; `only`: the one test that runs."""
    prepare, collect, run = checking.grade_prepare, checking.grade_collect, checking.grade_run

    def prepare_without(asked):
        path = pathlib.Path(asked["root"], "solution.py")
        path.unlink()
        answer = prepare(asked)
        path.write_text(solution)
        return answer

    def run_only(asked):
        return run(asked) if only is None or asked["id"].endswith(only) else {}

    with (
        mock.patch.object(checking, "grade_prepare", prepare_without),
        mock.patch.object(checking, "grade_collect", lambda asked: collect(asked | request)),
        mock.patch.object(checking, "grade_run", run_only),
    ):
        return framework.grade(tests)


def statuses(results):
    return {name: result["status"] for name, result in results.items()}


class Lacking(Base):
    def expect(self, failing, solution):
        results = grade(CONTENT_WITH_ANYTHING, solution)
        self.assertEqual(statuses(results), {name: "error" if name in failing else "passed" for name in NAMES}, results)
        for name in failing:
            self.assertEqual((results[name]["reason"], results[name]["credit"]), ("import", 0.0))
            self.assertEqual(results[name]["message"], "the submission's module `solution` has no `halve`")

    def test_nothing_is_lacking(self):
        self.expect([], BOTH)

    def test_a_name_is_lacking(self):
        self.expect(["test_by_a_helper", "test_by_a_fixture", "test_by_a_parameter[other]"], BOTH.partition("def halve")[0])

    def test_a_builtin_takes_no_lacking_name_s_place(self):
        self.assertEqual(statuses(grade(NAMED_AS_A_BUILTIN, BOTH)), {"test": "error"})

    def test_a_name_that_is_there_takes_a_builtin_s_place(self):
        self.assertEqual(statuses(grade(NAMED_AS_A_BUILTIN, "def max(*all): return sorted(all)[-1]\n")), {"test": "passed"})

    def test_a_submission_that_cannot_be_imported(self):
        self.addCleanup(sys.meta_path.__setitem__, slice(None), sys.meta_path[:])
        tests = CONTENT_WITH_ANYTHING + "def test_late():\n    with pytest.raises(Exception):\n        import solution\n        solution.f()\n"
        found = statuses(grade(tests, "", in_process=False, solution_error={"kind": "syntax", "message": "bad", "traceback": None}))
        self.assertEqual([name for name, status in found.items() if status != "error"], ["T::test_set_up_alone", "test_nothing_of_it"])


class Credit(Base):
    def test_only_what_failed_in_subtests_is_worth_a_part(self):
        results = framework.grade(
            """
            import unittest
            class T(unittest.TestCase):
                def test_in(self):
                    for n in range(4):
                        with self.subTest(n=n): [1, 2, 3][n]
                def test_after(self):
                    for n in range(4):
                        with self.subTest(n=n): pass
                    self.fail("after all")
                def test_all(self):
                    with self.subTest(): pass
            """
        )
        self.assertEqual({name: result["credit"] for name, result in results.items()}, {"T::test_in": 0.75, "T::test_after": 0.0, "T::test_all": 1.0})


class Shown(Base):
    def test_what_cannot_be_shown_ends_nothing(self):
        results = self.check(
            """
            class Silent(Exception):
                def __repr__(self): raise SystemExit(0)
                __str__ = __repr__
            def test_compared(): assert Silent() == 3
            def test_raised(): raise Silent
            """,
            {"test_compared": "failed", "test_raised": "error"},
        )
        self.assertEqual(results["test_compared"]["actual"], "<unprintable: SystemExit>")


class Decorated(Base):
    def test_mocks_and_annotations(self):
        self.check(
            """
            import pytest
            from unittest.mock import patch
            @patch("builtins.input", return_value="3")
            def test_function(answer, tmp_path): assert input() == "3" and answer.called
            class TestInside:
                @patch("builtins.input", lambda: "4")
                def test_method(self): assert input() == "4"
            @pytest.mark.parametrize(argnames=["doubled", "n"], argvalues=[(1, 2)], indirect=["doubled"])
            def test_indirect(doubled, n): assert doubled == n
            @pytest.fixture
            def doubled(request: pytest.FixtureRequest): return request.param * 2
            def test_annotated(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
                print("seen")
                with capsys.disabled(): print("not seen")
                assert capsys.readouterr().out == "seen\\n"
            """,
            dict.fromkeys(["test_function", "TestInside::test_method", "test_indirect[1-2]", "test_annotated"], "passed"),
        )


class Layers(Base):
    def test_fixtures_over_others_of_their_name(self):
        self.check(
            """
            import pytest
            @pytest.fixture
            def base(base): return base + 1
            class TestInside:
                @pytest.fixture
                def base(self, base): return base + 1
                def test_it(self, base): assert base == 3
                @staticmethod
                def test_static(base): assert base == 3
            def test_it(base): assert base == 2
            @pytest.mark.xfail(raises=ValueError)
            def test_expected(): raise ValueError
            @pytest.mark.xfail(raises=ValueError)
            def test_unexpected(): raise KeyError
            @pytest.mark.xfail(0, reason="never")
            def test_condition(): assert False
            """,
            {
                "TestInside::test_it": "passed", "TestInside::test_static": "passed", "test_it": "passed", "test_expected": "skipped",
                "test_unexpected": "error", "test_condition": "failed",
            },
            conftest__py="import pytest\n@pytest.fixture\ndef base(): return 1\n",
        )  # fmt: skip

    def test_warnings_and_fractions(self):
        self.check(
            """
            import pytest, warnings
            from fractions import Fraction
            def test_called(): assert pytest.warns(UserWarning, lambda: warnings.warn("w") or 3) == 3
            def test_not_called():
                with pytest.warns(UserWarning): pass
            def test_recorded(recwarn):
                warnings.warn("w")
                assert len(recwarn) == 1 and "w" in str(recwarn.pop(UserWarning).message) and not list(recwarn)
            def test_fraction(): assert 1 / 3 == pytest.approx(Fraction(1, 3)) and 0.3 != pytest.approx(Fraction(1, 3))
            """,
            {"test_called": "passed", "test_not_called": "failed", "test_recorded": "passed", "test_fraction": "passed"},
        )

    def test_sides_of_literals(self):
        results = framework.grade("def f(): return [3]\ndef test_left(): assert [1, -2] == f()\ndef test_right(): assert f() == [1, -2]\n")
        self.assertEqual({(result["expected"], result["actual"]) for result in results.values()}, {("[1, -2]", "[3]")})


TESTS_OF_ENDING = """
import unittest
import pytest
import solution
class T(unittest.TestCase):
    @unittest.expectedFailure
    def test_expected(self): self.assertEqual(solution.run(), 2)
def test_raises():
    with pytest.raises(BaseException): solution.fail()
def test_swallowed():
    try: solution.run()
    except: pass
"""


class Ending(Base):
    def statuses(self, run):
        """Of each test by itself, with a submission's session of its own."""
        found = {}
        for name in ("T::test_expected", "test_raises", "test_swallowed"):
            session = Session({"solution.py": f"import os\ndef run():\n    {run}\ndef fail():\n    run()\n    raise ValueError\n"})
            fake_host.exchange = session.exchange
            try:
                found[name] = grade(TESTS_OF_ENDING, "", only=name, in_process=False)[name]["status"]
            finally:
                del fake_host.exchange
                bridge.disconnect()
                session.close()
        return set(found.values())

    def test_a_submission_that_ends_its_session(self):
        self.assertEqual(self.statuses("os._exit(0)"), {"error"})

    def test_one_that_goes_on(self):
        self.assertEqual(self.statuses("return 1"), {"passed"})


TESTS_OF_RAISING = """
import unittest
import solution
def test_plain(): assert solution.f() == 1
class T(unittest.TestCase):
    def test_method(self): self.assertEqual(solution.f(), 1)
    def test_subtest(self):
        with self.subTest(): self.assertEqual(solution.f(), 1)
"""
CONTROL = ("unittest.SkipTest('no')", "SystemExit(0)", "KeyboardInterrupt", "GeneratorExit", "type('Skipped', (BaseException,), {})()")


class Raising(Base):
    def statuses(self, body):
        session = Session({"solution.py": f"import unittest\ndef f():\n    {body}\n"})
        fake_host.exchange = session.exchange
        try:
            return set(statuses(grade(TESTS_OF_RAISING, "", in_process=False)).values())
        finally:
            del fake_host.exchange
            bridge.disconnect()
            session.close()

    def test_no_exception_of_a_submission_is_a_skip_or_an_end(self):
        for raised in CONTROL:
            with self.subTest(raised):
                self.assertEqual(self.statuses(f"raise {raised}"), {"error"})

    def test_an_honest_answer(self):
        self.assertEqual(self.statuses("return 1"), {"passed"})


class Facts(Base):
    def test_what_is_told_of_tests(self):
        tests = framework.collect(
            """
            import unittest
            import pytest
            @pytest.mark.skip(reason="later")
            def test_marked(): pass
            class T(unittest.TestCase):
                @unittest.skip("not yet")
                def test_method(self): pass
                def test_kept(self):
                    "Says."
                    assert True
            """
        )
        self.assertEqual([test["skip"] for test in tests], ["later", "not yet", None])
        self.assertEqual((tests[2]["doc"], tests[2]["line"]), ("Says.", 9))
        self.assertEqual(tests[2]["code"], "    def test_kept(self):\n        \"Says.\"\n        assert True\n")
