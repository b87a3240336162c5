"""Warms the grader up while the image is made: what runs in every session is in the image as it is after having run, specialised and cached.

Both ends are here in one interpreter, and each message goes straight to the other.
"""

import builtins
import os
import sys

import _croquant_host as host

from . import bridge, checking, serve, submission
from .checker import QUIET, Checker
from .missing import Missing, Stand

SOLUTION = """
def double(x):
    print("doubling")
    return x * 2

def numbers(n):
    yield from range(n)

def fail(x):
    raise ValueError(f"no {x}")

class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def __repr__(self):
        return f"Point({self.x}, {self.y})"
    def length(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
"""

UNITTEST = """
import unittest
from warm_solution import Point, double, fail, numbers

class WarmTest(unittest.TestCase):
    def setUp(self):
        self.point = Point(3, 4)
    def test_double(self):
        self.assertEqual(double(2), 4)
        self.assertEqual(double("a"), "aa")
        self.assertIs(double(False) == 0, True)
        self.assertEqual(double([1, 2.5, None]), [1, 2.5, None] * 2)
    def test_lists(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertEqual(list(numbers(n)), list(range(n)))
    def test_raises(self):
        with self.assertRaises(ValueError) as caught:
            fail(1)
        self.assertEqual(caught.exception.args[0], "no 1")
    def test_objects(self):
        self.assertEqual(self.point, Point(3, 4))
        self.assertEqual(self.point.length(), 5)
        self.assertEqual(str(self.point), "Point(3, 4)")
    def test_wrong(self):
        self.assertEqual(double(2), 5)
    def test_error(self):
        fail(2)
"""

PYTEST = """
import pytest
import warm_solution
from warm_solution import double

@pytest.fixture
def two():
    return 2

def test_double(two):
    assert double(two) == 4
    assert warm_solution.Point(1, 2).x == 1

@pytest.mark.parametrize("x, expected", [(1, 2), (2, 4)])
def test_each(x, expected):
    assert double(x) == expected

def test_raises():
    with pytest.raises(ValueError, match="no"):
        warm_solution.fail(1)

def test_wrong(capsys):
    assert double(1) == 3
"""

FILES = {"warm_solution.py": SOLUTION, "test_warm.py": UNITTEST, "test_warm_too.py": PYTEST}


def warm_up():
    """Grades a submission three times, and leaves nothing of it but the peers of the first session."""
    kept = dict(sys.modules), sys.path[:], sys.stdin, builtins.input, sys.meta_path[:]
    for name, text in FILES.items():
        with open(name, "w") as file:
            file.write(text)
    for _ in range(3):
        grade(os.getcwd())
        clean_up(*kept)
    for name in FILES:
        os.remove(name)
    bridge.spare = Checker(host.exchange)
    submission.server = serve.Server(host.exchange)


def grade(root):
    sys.path_importer_cache.clear()  # time stands still here: what was looked at before would count as still so
    checking.suite = checking.Suite()
    server = submission.server = serve.Server(lost)
    submission.grade_import({"modules": ["warm_solution"]})
    del sys.modules["warm_solution"]
    bridge.spare = Checker(lambda data: QUIET + server.serve(server.receive(data)))
    checking.grade_prepare({"tests": ["test_warm.py", "test_warm_too.py"], "root": root, "seed": 0})
    collected = checking.grade_collect({"modules": ["warm_solution"], "solution_error": None})
    results = [checking.grade_run({"id": test["id"]}) for test in collected["tests"]]
    if sum(result["status"] == "passed" for result in results) != 8:
        raise RuntimeError(f"the grader does not warm up: {collected} {results}")


def lost(data):
    raise EOFError("there is no other side")


def clean_up(modules, path, stdin, input, meta_path):
    bridge.disconnect()
    checking.suite = checking.Suite()
    Missing.said, Stand.made = None, False
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.modules.update(modules)
    sys.path[:], sys.meta_path[:] = path, meta_path
    sys.stdin, builtins.input = stdin, input
    sys.path_importer_cache.clear()
