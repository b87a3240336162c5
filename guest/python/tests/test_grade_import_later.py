"""A submission's modules that tests import when they run, again, or anew."""

import contextlib
import importlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

from _croquant.grade import rewrite, submission
from two_sessions import TwoSessions


class Later(TwoSessions):
    files = {
        "hello.py": "print('Hello')\nrun = 0\n",
        "ask.py": "name = input('Name? ')\nprint('Hi', name)\n",
        "lists.py": "def in_place(xs, *, ys=()):\n    xs.sort()\n    return xs\ndef other(xs, ys):\n    return ys\ndef new(xs):\n    return xs[:]\n",
    }

    def output(self, function):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            result = function()
        return out.getvalue(), result

    def test_it_prints_each_time_that_it_runs(self):
        said, module = self.output(lambda: importlib.import_module("hello"))
        self.assertEqual((said, module.run), ("Hello\n", 0))
        self.assertEqual(self.output(lambda: importlib.import_module("hello"))[0], "")
        module.run = 5
        said, again = self.output(lambda: importlib.reload(module))
        self.assertIs(again, module)
        self.assertEqual((said, module.run), ("Hello\n", 0))
        del sys.modules["hello"]
        said, new = self.output(lambda: importlib.import_module("hello"))
        self.assertEqual(said, "Hello\n")
        self.assertIsNot(new, module)

    def test_it_asks(self):
        with mock.patch("builtins.input", return_value="Ann") as asked:
            said, module = self.output(lambda: importlib.import_module("ask"))
        self.assertEqual((said, module.name), ("Hi Ann\n", "Ann"))
        asked.assert_called_once_with("Name? ")

    def test_what_is_passed_and_returned_is_the_same(self):
        import lists

        xs, ys = [2, 1], {1}
        self.assertIs(lists.in_place(xs), xs)
        self.assertEqual(xs, [1, 2])
        self.assertIs(lists.other(xs, ys=ys), ys)
        self.assertIsNot(lists.new(xs), xs)


class LookedAt(unittest.TestCase):
    """Before the tests begin, such a module is found and compiled, and does not run."""

    def look_at(self, text):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(sys, "path", [folder]):
            if text is not None:
                pathlib.Path(folder, "looked_at.py").write_text(text)
            submission.look_at("looked_at", folder)

    def test_it_does_not_run(self):
        self.look_at("raise ValueError\n")
        self.assertNotIn("looked_at", sys.modules)

    def test_errors(self):
        with self.assertRaises(SyntaxError):
            self.look_at("def f(:\n")
        with self.assertRaises(ModuleNotFoundError) as caught:
            self.look_at(None)
        self.assertEqual(caught.exception.name, "looked_at")

    def test_of_several_one_may_be_missing(self):
        with mock.patch.object(submission, "begin"), mock.patch.object(submission.program, "enter_folder"):
            self.assertIsNone(submission.grade_import({"modules": ["looked_at", "os"], "later": ["looked_at"]}))
            answer = submission.grade_import({"modules": ["looked_at"], "later": ["looked_at"]})
            self.assertEqual((answer["status"], answer["kind"]), ("error", "missing"))


class AtOnce(unittest.TestCase):
    """Which modules a test module needs before it runs."""

    def check(self, source, expected):
        module = rewrite.Module(source, "test_module.py")
        self.assertEqual([*module.at_once], expected)
        self.assertEqual([*module.imported], ["a"])

    def test_at_once(self):
        for source in (
            "import a", "from a import *", "class A:\n    from a import b", "with x:\n    import a",
            "try:\n    from a import *\nexcept Exception:\n    raise Exception('no file')",
            "try:\n    import a\nexcept ImportError:\n    pytest.fail()",
            "try:\n    import a\nfinally:\n    pass",
        ):  # fmt: skip
            self.check(source, ["a"])

    def test_later(self):
        for source in (
            "def test():\n    import a", "async def test():\n    from a import b", "if newer:\n    import a",
            "try:\n    import a\nexcept ImportError:\n    a = None",
        ):  # fmt: skip
            self.check(source, [])


class Named(TwoSessions):
    files = {"names.py": "def f(**options):\n    return options\nclass A:\n    def m(this, **options):\n        return options\n    def __init__(this, **options): pass\n"}

    def test_arguments_of_any_name(self):
        import names

        given = {"self": 1, "cls": 2, "args": 3, "name": 4}
        self.assertEqual(names.f(**given), given)
        self.assertEqual(names.A(**given).m(**given), given)
