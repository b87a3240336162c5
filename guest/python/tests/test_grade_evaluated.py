"""What would be run of what a submission says: texts and pickles that tests evaluate, annotations that are strings, examples in docstrings."""

import collections
import doctest
import fractions
import inspect
import pickle
import typing
from unittest import mock

from _croquant.grade import evaluated
from two_sessions import TwoSessions

ran = []


class Evaluated(TwoSessions):
    files = {
        "hints.py": """
            from _croquant.grade.serve import Server

            get = Server.do_get

            def do_get(self, hid, name):
                "Without `__builtins__` among the globals, they are those of who evaluates."
                return {} if name == "__globals__" and self.own(hid) is not typed else get(self, hid, name)

            Server.operations["get"] = do_get, 2, 2

            def typed(a: int, b: "list[int | None]") -> "dict[str, int]": return a
            def calling(a: "__import__('test_grade_evaluated').ran.append(2)"): return a
            def documented():
                ">>> __import__('test_grade_evaluated').ran.append(4)"
            class Documented:
                ">>> __import__('test_grade_evaluated').ran.append(5)"
            def listing(a: "[n for n in [__import__('test_grade_evaluated').ran.append(3)]]"): return a
            """
    }

    def test_annotations_that_are_types(self):
        import hints

        self.assertEqual(typing.get_type_hints(hints.typed), {"a": int, "b": list[int | None], "return": dict[str, int]})

    def test_annotations_that_do_something(self):
        import hints

        ran.clear()
        for function in (hints.calling, hints.listing):
            for ask in (typing.get_type_hints, lambda f: inspect.signature(f, eval_str=True), lambda f: inspect.get_annotations(f, eval_str=True)):
                try:
                    ask(function)
                except (TypeError, NameError):
                    pass
                self.assertEqual(ran, [])
        with self.assertRaises(TypeError):
            typing.get_type_hints(hints.calling)

    def test_examples(self):
        import hints

        def own():
            ">>> __import__('test_grade_evaluated').ran.append(6)"

        ran.clear()
        for each in (hints, hints.documented, hints.Documented):
            with self.assertRaises(TypeError):
                doctest.run_docstring_examples(each, {})
        with self.assertRaises(TypeError):
            doctest.testmod(hints)
        self.assertEqual(ran, [])
        doctest.run_docstring_examples(own, {})
        self.assertEqual(ran, [6])


OWN = '''
KNOWN = [1, 2]
def own():
    return eval("ran.append(7)"), exec("""
        ran.append(8)
        for _ in range(2):
            ran.append(9)
    """.replace("        ", "")), eval(compile("ran.append(10)", "<own>", "eval"))
def evaluated(text):
    here = fractions.Fraction
    return eval(text)
def executed(text):
    space = {}
    exec(text, globals(), space)
    return space
def compiled(text, mode):
    return eval(compile(text, "<text>", mode))
'''


class Texts(TwoSessions):
    files = {
        "shapes.py": """
            class Point:
                def __init__(self, x, y=0): self.x, self.y = x, y
                def __repr__(self): return f"Point({self.x}, y={self.y})"
                def __eq__(self, other): return (self.x, self.y) == (other.x, other.y)
            class Inner(Point): pass
            Point.Inner = Inner
            """
    }

    def setUp(self):
        super().setUp()
        import shapes

        code = compile(OWN, "test_own.py", "exec")
        self.shapes = shapes
        self.space = {"ran": ran, "fractions": fractions, "shapes": shapes, "Point": shapes.Point, "Counter": collections.Counter}
        self.space |= evaluated.OfTests(code).names()
        exec(code, self.space)
        ran.clear()

    def test_the_tests_own(self):
        self.space["own"]()
        self.assertEqual(ran, [7, 8, 9, 9, 10])

    def test_data(self):
        Point = self.shapes.Point
        for text, value in (
            ("1 + -2", -1), (" [1, (2.5, 'a'), {3: b'c'}, {4}, None, True]", [1, (2.5, "a"), {3: b"c"}, {4}, None, True]), ("set()", set()),
            ("Counter({'a': 2})", collections.Counter("aa")), ("fractions.Fraction(1, 2)", fractions.Fraction(1, 2)), (repr(Point(1, 2)), Point(1, 2)),
            ("[shapes.Point(x=1), Point.Inner(2)]", [Point(1), self.shapes.Inner(2)]), ("(1 < 2) and [5][0]", 5),
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(self.space["evaluated"](text), value)
                self.assertEqual(self.space["compiled"](text.strip(), "eval"), value)
        self.assertEqual(self.space["evaluated"]("here(1, 2)"), fractions.Fraction(1, 2))
        self.assertIn("Point", self.space["executed"]("from shapes import Point\nimport shapes\n'said'\n"))

    def test_what_does_more(self):
        ways = [self.space["evaluated"], self.space["executed"], *(lambda text, mode=mode: self.space["compiled"](text, mode) for mode in ("eval", "exec"))]
        for text in (
            "ran.append(1)", "KNOWN", "KNOWN[0]", "[KNOWN]", "text", "f'{KNOWN}'", "globals()", "print", "len('a')", "__import__('os')", "(lambda: ran.append(1))()",
            "[ran.append(1) for _ in 'a']", "().__class__", "Point.__init__", "shapes.Point.__init__.__globals__", "fractions", "fractions.sys",
            "fractions.Fraction.__mro__", "type(ran)", "(ran := 1)", "Point(ran)", "Point(y=ran)", "Point(*ran)", "eval('ran.append(1)')", "ran", "self",
            "int.from_bytes", "str.format('{0.__class__}', 1)", "\nran.append(1)", b"ran.append(1)", "exec", "@fail", "fractions.Fraction.numerator",
        ):  # fmt: skip
            for way in ways:
                with self.subTest(text), self.assertRaises((TypeError, SyntaxError)):
                    way(text)
        for text in ("import os", "from os import path", "x = 1", "def f(): pass", "del KNOWN", "raise ValueError", "class A: pass", "assert 0", "from . import a"):
            with self.subTest(text), self.assertRaises((TypeError, SyntaxError)):
                self.space["executed"](text)
        self.assertEqual(ran, [])


class Own:
    def __init__(self, value):
        self.value = value


class Caller:
    def __reduce__(self):
        return print, ("run",)


class Pickles(TwoSessions):
    files = {"none.py": ""}

    def setUp(self):
        super().setUp()
        for name in ("load", "loads", "Unpickler"):
            patch = mock.patch.object(pickle, name, getattr(pickle, name))
            patch.start()
            self.addCleanup(patch.stop)
        evaluated.watch_pickle()

    def test_data(self):
        for value in ({"a": [1, (2.5, b"c")], "d": {fractions.Fraction(1, 2)}}, collections.Counter("aa"), collections.deque([1])):
            self.assertEqual(pickle.loads(pickle.dumps(value)), value)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            self.assertEqual(pickle.loads(pickle.dumps(Own([1]), protocol)).value, [1])

    def test_what_does_more(self):
        ran.clear()
        for value in (Caller(), [Caller()], print, mock.Mock):
            with self.subTest(value), self.assertRaises(pickle.UnpicklingError):
                pickle.loads(pickle.dumps(value))
        for data in (b"c_croquant.grade.bridge\npeer\n.", b"cos\nsystem\n(S'true'\ntR.", b"cbuiltins\neval\n(S'ran.append(1)'\ntR."):
            with self.subTest(data), self.assertRaises(pickle.UnpicklingError):
                pickle.loads(data)
        self.assertEqual(ran, [])
