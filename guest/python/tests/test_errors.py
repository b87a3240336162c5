import linecache
import unittest

import fake_host
from _croquant import errors, sources


def raised(source, name="<cell 1>"):
    try:
        exec(compile(source, name, "exec"), {})
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


class Errors(unittest.TestCase):
    def setUp(self):
        fake_host.reset()
        self.addCleanup(setattr, linecache, "cache", linecache.cache)
        linecache.cache = sources.Lines()

    def test_the_cell_s_lines_show_and_the_runner_s_frames_do_not(self):
        fake_host.cells[1] = "def f():\n    return 1 / 0\nf()"
        errors.report(raised(fake_host.cells[1]))
        (kind, message), = fake_host.messages
        self.assertEqual(kind, 3)
        self.assertEqual((message["ename"], message["evalue"]), ("ZeroDivisionError", "division by zero"))
        self.assertEqual(message["traceback"], [
            "Traceback (most recent call last):",
            '  File "<cell 1>", line 3, in <module>',
            "    f()",
            "    ~^^",
            '  File "<cell 1>", line 2, in f',
            "    return 1 / 0",
            "           ~~^~~",
            "ZeroDivisionError: division by zero",
        ])

    def test_causes_and_groups_are_trimmed_too(self):
        lines = errors.lines_of(raised("try: 1 / 0\nexcept ZeroDivisionError as e: raise KeyError from e"))
        self.assertEqual([line for line in lines if "File" in line], ['  File "<cell 1>", line 1, in <module>', '  File "<cell 1>", line 2, in <module>'])
        lines = errors.lines_of(raised("try: 1 / 0\nexcept ZeroDivisionError as e: raise ExceptionGroup('g', [e])"))
        self.assertFalse([line for line in lines if "test_errors" in line])

    def test_syntax_errors_of_the_compiler_show_their_line(self):
        fake_host.cells[1] = "x = 1\nreturn 5"
        lines = errors.describe(raised(fake_host.cells[1]))["traceback"]
        self.assertEqual(lines[-3:-1], ["    return 5", "    ^^^^^^^^"])

    def test_an_error_whose_text_fails(self):
        error = raised("class E(Exception):\n    def __str__(self): raise ValueError\nraise E")
        self.assertEqual(errors.describe(error)["evalue"], "<exception str() failed>")

    def test_lone_surrogates_become_escapes(self):
        self.assertEqual(errors.lines_of(raised("raise ValueError('\\ud800')"))[-1], "ValueError: \\ud800")


class Lines(unittest.TestCase):
    def setUp(self):
        fake_host.reset()
        self.lines = sources.Lines()

    def test_cells_are_found_without_being_told(self):
        fake_host.cells[7] = "a\nb"
        self.assertIn("<cell 7>", self.lines)
        self.assertEqual(self.lines["<cell 7>"][2], ["a\n", "b\n"])

    def test_other_names_are_not(self):
        for name in ("<cell 8>", "<cell x>", "<stdin>", "a.py"):
            self.assertNotIn(name, self.lines)
