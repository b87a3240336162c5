"""What a submission may ask of the test's objects, and what it may not."""

import importlib
import inspect
import io
import os
import pathlib
import shutil
import string
import sys
import types
import unittest
from unittest import mock

from _croquant.grade import faults
from _croquant.grade.checker import Checker
from scripted import Scripted


class Own:
    """What a test might define."""


class Callbacks(Scripted):
    """What the submission may ask of the test's objects."""

    def of(self, value, *request):
        """The checker's answer to a request about `value`."""
        self.checker = Checker(self.exchange)
        hid = self.checker.hand_out(value)
        name, *operands = request
        self.assertIsNone(self.ask((name, hid, *operands), ("is", None)))
        return self.sent[-1]

    def lies(self, value, *request):
        self.checker = Checker(self.exchange)
        hid = self.checker.hand_out(value)
        name, *operands = request
        with self.assertRaises(faults.ProtocolError):
            self.ask((name, hid, *operands))

    def test_calls(self):
        self.assertEqual(self.of(lambda x, y=0: x + y, "call", (1,), {"y": 2}), ("is", 3))
        for operands in (([1],), ((1,), {3: 4}), (), ((1,), {}, 5)):
            self.lies(len, "call", *operands)
        self.check_lie(("call", 77, ()))

    def test_operators(self):
        self.assertEqual(self.of([1, 2], "op", "__len__", ()), ("is", 2))
        for name in ("__class__", "__getattribute__", "__reduce__", "__init__", "__subclasses__", "append", "__call__", 3, "__dir__"):
            self.lies([1, 2], "op", name, ())
        self.assertEqual(self.of(3, "op", "__len__", ())[0], "raised")

    def test_attributes(self):
        self.assertEqual(self.of(types.SimpleNamespace(a=1), "get", "a"), ("is", 1))
        self.lies(types.SimpleNamespace(a=1), "get", 3)
        for value, name in (
            (types.SimpleNamespace(_a=1), "_a"), (self.test_calls, "__func__"), (self.test_calls, "__self__"), (len, "__self__"),
            (lambda: 1, "__globals__"), ((i for i in ()), "gi_frame"), (Scripted, "setUp"), (lambda: 1, "__module__"),
            (types.SimpleNamespace(), "__class__"), (types.SimpleNamespace(f_back=1), "f_back"), ((i for i in ()), "__name__"),
        ):  # fmt: skip
            with self.subTest(name):
                kind, told = self.of(value, "get", name)
                self.assertEqual((kind, told[2]), ("raised", ("e", "builtins", "AttributeError")))

    def test_what_leads_to_the_test_is_not_passed(self):
        for value in (
            self, unittest, Checker, self.checker, faults.Ended, (lambda: 1).__code__, unittest.SkipTest, eval, getattr,
            os.listdir, shutil.copy, io.FileIO, sys._getframe, pathlib.PureWindowsPath("a"), "{}".format, str.format, mock.patch, string.Formatter(),
            inspect.signature(len), compile, importlib.import_module, os,
        ):  # fmt: skip
            with self.subTest(str(value)), self.assertRaises(TypeError):
                self.checker.call(1, (value,), {})
        self.assertEqual(self.sent, [])
        self.script = [("is", 1)]
        passed = (self.test_calls, abs, [], mock.Mock(), mock.call(1), io.StringIO(), [].append, os.path.join, Own, Own(), str, int.bit_length)
        self.assertEqual(self.checker.call(1, passed, {}), 1)

    def test_a_path_is_a_value(self):
        self.script = [("is", None)]
        self.checker.call(1, (pathlib.Path("/a/b"),), {})
        self.assertEqual(self.sent[-1][2], (("Path", "/a/b"),))

    def test_unknown_requests(self):
        for name in ("import", "eval", "script", "read", "write", "files", "items", "traceback"):
            self.lies([1], name, "x", 1)
            self.lies([1], name, "x")
            self.lies([1], name)

    def test_no_name_of_the_test_in_what_it_hears(self):
        def function(x): ...

        class Fake:
            pass

        kind, told = self.of(function, "call", ())
        self.assertEqual(told[3], ("function() missing 1 required positional argument: 'x'",))
        self.assertEqual(self.of(Fake(), "op", "__repr__", ()), ("is", "<object of the test>"))
        self.assertEqual(self.of(function, "op", "__str__", ()), ("is", "<object of the test>"))
        self.script = [("is", None)]
        self.checker.call(1, (Fake(),), {})
        self.assertEqual(self.sent[-1][2][0][2][1:4], ("object", "builtins", "object"))

    def test_an_assertion_in_a_callback_counts_whatever_the_submission_makes_of_it(self):
        def wrong():
            raise AssertionError("5 is not 6")

        for error in (wrong, lambda: self.skipTest("later")):
            hid = self.checker.hand_out(error)
            with self.assertRaises((AssertionError, unittest.SkipTest)):
                self.ask(("call", hid, ()), ("is", 1))
            self.assertNotIn("5 is not 6", str(self.sent))
            self.assertNotIn("later", str(self.sent))
        self.assertEqual(self.ask(("is", 1)), 1)

    def test_handles_given_back(self):
        hid = self.checker.hand_out([])
        self.assertEqual(self.ask(("after", ((hid, 1),), ("is", 1))), 1)
        self.assertEqual(self.checker.objects, {})
        for lie in ([(1, 1)], ((1, 2),), ((1, 0),), ((1, -1),), ((8, 1),), ((1,),), (("1", 1),), 3):
            with self.subTest(lie):
                self.checker = Checker(self.exchange)
                self.checker.hand_out([])
                with self.assertRaises(faults.ProtocolError):
                    self.ask(("after", lie, ("is", 1)))


if __name__ == "__main__":
    unittest.main()
