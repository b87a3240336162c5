"""What the checker answers the host, whatever the submission is: plain text where text belongs, and a verdict for each test."""

import json

import fake_host
from _croquant.grade import bridge
from test_grade_framework import Base
from test_grade_verdicts import grade
from two_sessions import Session

TESTS = """
import pytest
import solution
def test_value(): assert solution.f() == 1
def test_own(): assert solution.g() == 4
@pytest.mark.parametrize("function", [solution.g])
def test_named(function): assert function() == 3
"""
HONEST = "def g(): return 3\n"
RAISED = (
    "error = ValueError('x')\n    error.croquant_sides = 3\n    raise error",
    "class Own(Exception):\n        def __getattr__(self, name): raise OSError(name)\n    raise Own",
    "class Own(Exception):\n        croquant_sides = '1', '1'\n    raise Own",
    "raise ValueError('\\ud800')",
    "return '\\ud800'",
)
NAMED = ("'a\\udc00b'", "3", "'named'")


AT_ONCE = """
import solution
LIMIT = solution.f() + 1
def test_limit(): assert LIMIT == 2
"""
EXPECTED = """
import pytest
import solution
@pytest.mark.xfail(raises=solution.Own)
def test_expected(): raise solution.Other
"""
ODD = """
class Odd(type):
    def __instancecheck__(cls, value): raise OSError
class Own(Exception, metaclass=Odd): pass
class Other(Exception): pass
"""


class Answers(Base):
    def results(self, solution, tests=TESTS):
        session = Session({"solution.py": solution})
        fake_host.exchange = session.exchange
        try:
            return grade(tests, "", in_process=False)
        finally:
            del fake_host.exchange
            bridge.disconnect()
            session.close()

    def test_whatever_is_raised_is_told(self):
        for raised in RAISED:
            with self.subTest(raised):
                results = self.results(f"def f():\n    {raised}\n{HONEST}")
                told = results["test_value"]
                self.assertEqual((told["status"], told["credit"]), ("failed" if "return" in raised else "error", 0.0))
                for key in ("message", "expected", "actual", "traceback"):
                    self.assertIsInstance(told[key], (str, type(None)))
                self.assertIsNone(told["expected"] if "return" not in raised else None)
                json.dumps(results, ensure_ascii=False).encode()
                self.assertEqual((results["test_own"]["expected"], results["test_own"]["actual"]), ("4", "3"))

    def test_whatever_names_a_test(self):
        for named, id in zip(NAMED, ("a\\udc00b", "function0", "named")):
            with self.subTest(named):
                results = self.results(f"def f(): return 1\n{HONEST}g.__name__ = {named}\n" if named != "3" else f"def f(): return 1\n{LIAR}")
                self.assertEqual(results[f"test_named[{id}]"]["status"], "passed")

    def test_a_test_module_that_a_submission_breaks(self):
        for value, status in (("1", "passed"), ("'a'", "error"), ("None", "error")):
            with self.subTest(value):
                self.assertEqual(self.results(f"def f(): return {value}\n", AT_ONCE)["test_limit"]["status"], status)

    def test_what_is_asked_after_a_test(self):
        for odd, status in ((ODD, "error"), (ODD.replace("raise OSError", "return True"), "skipped")):
            self.assertEqual(self.results(odd, EXPECTED)["test_expected"]["status"], status)


LIAR = """
from _croquant.grade.serve import Server
get = Server.do_get
def do_get(self, hid, name):
    return 3 if name == "__name__" else get(self, hid, name)
Server.operations["get"] = do_get, 2, 2
def g(): return 3
"""
