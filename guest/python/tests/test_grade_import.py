"""Importing a submission: each error says what is wrong, where, and what to do."""

import base64
import builtins
import importlib
import os
import sys
import tempfile
import unittest
from unittest import mock

from _croquant import requests
from _croquant.grade import bridge, ready, serve, submission

TAB = "def f():\n        x = 1\n\tx = 2\n"


class Import(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        server = serve.Server(None)
        for patch in (
            mock.patch.object(submission, "server", server), mock.patch.object(sys, "stdin"), mock.patch.object(builtins, "input"),
            mock.patch.object(sys, "path", sys.path[:]), mock.patch.dict(sys.modules),
        ):  # fmt: skip
            patch.start()
            self.addCleanup(patch.stop)

    def test_a_rehearsal_leaves_no_trace(self):
        def state():
            return list(sys.modules), sys.path[:], sys.stdin, builtins.input, os.listdir()

        before = state()
        with mock.patch.object(bridge, "spare", None), mock.patch.object(ready.host, "exchange", None, create=True):
            ready.prepare(requests.answer)
            self.assertIsNotNone(bridge.spare)
        self.assertEqual(state(), before)
        self.assertFalse(submission.server.prepared or submission.server.objects)

    def ask(self, source, name="answer.py", module="answer"):
        for file in os.listdir():
            os.remove(file)
        for loaded in [loaded for loaded in sys.modules if loaded == "answer"]:
            del sys.modules[loaded]
        content = source if type(source) is bytes else source.encode()
        return submission.grade_import({"modules": [module], "files": {name: {"base64": base64.b64encode(content).decode()}}})

    def check(self, source, kind, line, *said, **options):
        found = self.ask(source, **options)
        self.assertEqual((found["status"], found["kind"], found["module"]), ("error", kind, "answer"))
        self.assertEqual(found["line"], line)
        for text in said:
            self.assertIn(text, found["message"])
        return found

    def test_what_is_right(self):
        for source in ("x = 1\n", "", "\ufeffx = 1\r\n", "# coding: latin-1\nx = '\xe9'\n".encode("latin-1"), TAB.replace("\t", " " * 8)):
            with self.subTest(source):
                self.assertIsNone(self.ask(source))

    def test_a_module_is_as_an_import_makes_it(self):
        told = "told = __name__, __file__, __package__, __spec__.origin, __spec__.name, __spec__._initializing, type(__loader__).__name__\nimport answer\nsame = answer.told"
        self.assertIsNone(self.ask(told))
        plain, found = sys.modules.pop("answer"), importlib.import_module("answer")
        self.assertIsNot(plain, found)
        self.assertEqual(plain.told, found.told)
        self.assertEqual(vars(plain).keys(), vars(found).keys())
        self.assertFalse(plain.__spec__._initializing)
        self.ask("1 / 0")
        self.assertNotIn("answer", sys.modules)

    def test_syntax(self):
        found = self.check("x = 1\ny = (\n", "syntax", 2, "'(' was never closed")
        self.assertEqual(found["file"], "answer.py")
        self.assertIn('File "', found["traceback"])
        self.check("def f():\nreturn 1\n", "syntax", 2, "expected an indented block")
        self.check(TAB, "syntax", 3, "tabs", "hint: indent with four spaces")
        self.assertIn("line 2 is not UTF-8", self.ask("x = 1\ny = '\xe9'\n".encode("latin-1"))["message"])
        self.assertIn("UTF-16", self.ask("x = 1\n".encode("utf-16"))["message"])
        self.assertIn("null bytes", self.ask(b"x = 1\n\0")["message"])

    def test_missing(self):
        for name in ("Answer.py", "answer (1).py", "answer-2.py", "answer.txt", "answer.py.txt", "anser.py", "answer_final.py"):
            with self.subTest(name):
                self.check("x = 1\n", "missing", None, "there is no `answer.py`", f"rename `{name}` to `answer.py`", name=name)
        self.check("x = 1\n", "missing", None, "handed in were: `other.py`", name="other.py")
        found = self.ask("x = 1\n", module="numpy")
        self.assertEqual(found["kind"], "missing")
        self.assertIn("only Python's standard library", found["message"])
        self.assertIn("hint: the submission has no part in that", found["message"])

    def test_exceptions(self):
        found = self.check("import math\n\ndef f():\n    return 1 / 0\nf()\n", "exception", 4, "ZeroDivisionError: division by zero")
        self.assertIn("return 1 / 0", found["traceback"])
        self.assertNotIn("_croquant", found["traceback"])
        self.check("import nothing_of_that_name\n", "exception", 1, "No module named 'nothing_of_that_name'")
        self.check("import sys\nsys.exit(3)\n", "exception", 2, "exit code 3", "hint: ", "__name__")
        self.check("x = 1\ninput()\n", "exception", 2, "asks for input", "hint: ")
        self.assertIsNone(self.ask("import sys\nassert sys.stdin.read() == ''\n"))
        self.check("raise EOFError\n", "exception", 1, "asks for input", "hint: ")
        self.check("class Bad(Exception):\n    def __str__(self): 1 / 0\nraise Bad\n", "exception", 3, "<exception str() failed>")
        self.check("raise ValueError('\\ud800')\n", "exception", 1, "ValueError: \\ud800")


if __name__ == "__main__":
    unittest.main()
