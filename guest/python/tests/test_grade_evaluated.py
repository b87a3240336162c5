"""What the standard library would run of what a submission says: annotations that are strings, examples in docstrings."""

import doctest
import inspect
import typing

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
