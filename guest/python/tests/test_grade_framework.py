"""The tests' own framework: what is collected, and what comes of each, with tests and solution in one session."""

import os
import pathlib
import sys
import tempfile
import textwrap
import unittest
from unittest import mock

from _croquant.grade import checking, constructs

SOLUTION = "def double(x):\n    print('doubling')\n    return x * 2\n"


def grade(tests, **files):
    """The results of a test file's tests by the ends of their ids."""
    collected = collect(tests, **files)
    return {test["id"].partition("::")[2]: checking.grade_run({"id": test["id"]}) for test in collected}


def collect(tests, **files):
    kept = os.getcwd(), sys.path[:], dict(sys.modules)
    folder = tempfile.TemporaryDirectory()
    files = {"test_it.py": tests, "solution.py": SOLUTION} | {name if "/" in name else name.replace("__", ".", 1): text for name, text in files.items()}
    for name, text in files.items():
        path = pathlib.Path(folder.name, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def clean_up():
        os.chdir(kept[0])
        sys.path[:] = kept[1]
        for name in set(sys.modules) - set(kept[2]):
            del sys.modules[name]
        folder.cleanup()

    current.addCleanup(clean_up)
    os.chdir(folder.name)
    checking.suite = checking.Suite()
    names = [name for name in files if os.path.basename(name).startswith("test_")]
    prepared = checking.grade_prepare({"tests": names, "root": folder.name})
    current.assertEqual(prepared["errors"], [])
    answer = checking.grade_collect({"modules": prepared["imports"], "solution_error": None, "in_process": True})
    current.assertEqual(answer["errors"], [])
    return answer["tests"]


class Base(unittest.TestCase):
    def setUp(self):
        global current
        current = self

    def check(self, tests, expected, **files):
        results = grade(tests, **files)
        self.assertEqual({name: result["status"] for name, result in results.items()}, expected, results)
        return results


class Mistakes(unittest.TestCase):
    """What is wrong with a test module is told with its line, whether it cannot be parsed or only not be compiled."""

    def test_mistakes(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(checking, "suite", checking.Suite()), mock.patch.dict(sys.modules):
            for source, line, message in (
                ("\ndef test_it(:\n", 2, "invalid syntax"), ("import solution\nreturn 1\n", 2, "'return' outside function"),
                ("def test_it():\n    assert 1\n    x = 1\n    nonlocal x\n", 4, "name 'x' is assigned to before nonlocal declaration"),
            ):  # fmt: skip
                pathlib.Path(folder, "test_it.py").write_text(source)
                told = checking.grade_prepare({"tests": ["test_it.py"], "root": folder})
                self.assertEqual(told["errors"], [{"file": "test_it.py", "line": line, "message": message}])


class Packages(Base):
    """Tests in a package import what lies beside them with a dot, or by its name."""

    TESTS = """
        import unittest
        from .data import ANSWER
        from . import data
        from tests.data import ANSWER as same
        from solution import double

        def test_function():
            assert double(21) == ANSWER == data.ANSWER == same

        class TestCase(unittest.TestCase):
            def test_method(self):
                self.assertEqual(self.__module__, "tests.test_more")
        """

    def test_a_package(self):
        files = {"tests/__init__.py": "", "tests/data.py": "ANSWER = 42\n", "tests/test_more.py": self.TESTS}
        self.check("def test(): pass\n", {"test": "passed", "test_function": "passed", "TestCase::test_method": "passed"}, **files)

    def test_a_folder_is_none(self):
        files = {"tests/data.py": "ANSWER = 42\n", "tests/test_more.py": "from data import ANSWER\ndef test_more():\n    assert ANSWER == 42\n"}
        self.check("def test(): pass\n", {"test": "passed", "test_more": "passed"}, **files)


class Gradescope(Base):
    def test_marks(self):
        tests = collect(
            """
            import unittest
            from gradescope_utils.autograder_utils.decorators import number, partial_credit, visibility, weight

            class Tests(unittest.TestCase):
                @weight(2)
                @number("1.1")
                @visibility("hidden")
                def test_hidden(self): pass

                @weight(1)
                @visibility("visible")
                def test_visible(self): pass

                @partial_credit(4)
                def test_part(self, set_score=None):
                    set_score(3)

                @partial_credit(4)
                def test_too_much(self, set_score=None):
                    set_score(5)
            """
        )
        self.assertEqual({test["name"]: (test["points"], test["visibility"]) for test in tests}, {
            "test_hidden": (2, "hidden"), "test_visible": (1, None), "test_part": (4, None), "test_too_much": (4, None),
        })  # fmt: skip
        results = {test["name"]: checking.grade_run({"id": test["id"]}) for test in tests}
        self.assertEqual({name: (result["status"], result["credit"]) for name, result in results.items()}, {
            "test_hidden": ("passed", 1), "test_visible": ("passed", 1), "test_part": ("failed", 0.75), "test_too_much": ("error", 0),
        })  # fmt: skip


class Metaclasses(Base):
    def test_a_class_of_tests_may_have_one(self):
        self.check(
            """
            import abc
            import unittest

            class Common(abc.ABC):
                @abc.abstractmethod
                def make(self): ...
                def test_made(self):
                    assert self.make() == 1

            class Case(unittest.TestCase, Common):
                def make(self):
                    return 1

            class Unfinished(unittest.TestCase, Common):
                def test_more(self): ...

            class TestPlain(Common):
                def make(self):
                    return 2
            """,
            {"Case::test_made": "passed", "TestPlain::test_made": "failed"},
        )


class Asserts(Base):
    def fails(self, body, *lines, expected=None, actual=None):
        result = grade(f"from solution import double\ndef test():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n")["test"]
        self.assertEqual((result["status"], result["reason"]), ("failed", "assertion"), result)
        self.assertEqual(result["message"].splitlines(), list(lines))
        self.assertEqual((result["expected"], result["actual"]), (expected, actual))

    def test_values_are_shown(self):
        self.fails("assert double(2) == 5", "assert 4 == 5", "  where 4 = double(2)", expected="5", actual="4")
        self.fails("assert 5 == double(2)", "assert 5 == 4", "  where 4 = double(2)", expected="5", actual="4")
        self.fails("x = [1]\nassert 2 in x", "assert 2 in [1]", "  where [1] = x")
        self.fails("assert not double(1)", "assert not 2", "  where 2 = double(1)")
        self.fails("assert double(0) and double(1)", "assert 0 and …", "  where 0 = double(0)")
        self.fails("assert double(1) == 3, 'see the text'", "see the text", "assert 2 == 3", "  where 2 = double(1)", expected="3", actual="2")
        self.fails("assert 1 < double(1) < 2", "assert 1 < 2 < 2", "  where 2 = double(1)")

    def test_each_part_is_evaluated_once(self):
        self.check(
            "seen = []\ndef f(x):\n    seen.append(x)\n    return x\ndef test():\n    assert f(1) < f(2) != f(3) or f(4)\n    assert seen == [1, 2, 3]\n",
            {"test": "passed"},
        )

    def test_raised_by_unittest(self):
        results = self.check(
            """
            import unittest
            class T(unittest.TestCase):
                def test_equal(self): self.assertEqual([1, 2], [1, 3], "look")
                def test_true(self): self.assertTrue(0)
                def test_raises(self):
                    with self.assertRaises(ValueError): int("3")
            """,
            {"T::test_equal": "failed", "T::test_true": "failed", "T::test_raises": "failed"},
        )
        self.assertEqual((results["T::test_equal"]["expected"], results["T::test_equal"]["actual"]), ("[1, 3]", "[1, 2]"))
        self.assertIn("look", results["T::test_equal"]["message"])
        self.assertEqual((results["T::test_true"]["expected"], results["T::test_true"]["actual"]), ("True", "0"))
        self.assertIn("not raised", results["T::test_raises"]["message"])
        self.assertIn("test_it.py", results["T::test_equal"]["traceback"])
        self.assertNotIn("_croquant", results["T::test_equal"]["traceback"])


class Pytest(Base):
    def test_parametrize(self):
        self.check(
            """
            import pytest
            @pytest.mark.parametrize("a,b", [(1, 2), pytest.param(2, 4, id="two"), pytest.param(0, 1, marks=pytest.mark.skip(reason="no"))])
            def test_pairs(a, b): assert a * 2 == b
            @pytest.mark.parametrize("x", ["p", "q"])
            @pytest.mark.parametrize("y", [1, 2])
            def test_both(x, y): assert x != "q"
            """,
            {
                "test_pairs[1-2]": "passed", "test_pairs[two]": "passed", "test_pairs[0-1]": "skipped",
                "test_both[1-p]": "passed", "test_both[1-q]": "failed", "test_both[2-p]": "passed", "test_both[2-q]": "failed",
            },
        )  # fmt: skip

    def test_fixtures(self):
        self.check(
            """
            import pytest
            log = []
            @pytest.fixture
            def base(): return 20
            @pytest.fixture
            def number(base, request):
                request.addfinalizer(lambda: log.append("finalizer"))
                yield base + 1
                log.append("after")
            @pytest.fixture(params=[1, 2], ids=["one", "two"])
            def each(request): return request.param
            @pytest.fixture(autouse=True)
            def always(): log.append("always")
            def test_number(number, shared):
                assert number + shared == 28 and log == ["always"]
            def test_each(each, request): assert each < 2
            def test_value(request): assert request.getfixturevalue("base") == 20
            def test_none(nowhere): pass
            class TestInside:
                @pytest.fixture
                def own(self): return 3
                def test_own(self, own, base): assert own + base == 23
            """,
            {
                "test_number": "passed", "test_each[one]": "passed", "test_each[two]": "failed", "test_value": "passed", "test_none": "error",
                "TestInside::test_own": "passed",
            },
            conftest__py="import pytest\n@pytest.fixture\ndef shared(): return 7\n",
        )  # fmt: skip

    def test_its_own_fixtures(self):
        self.check(
            """
            import os, sys, logging, warnings
            def test_capsys(capsys):
                from solution import double
                double(1)
                print("x", file=sys.stderr)
                assert capsys.readouterr() == ("doubling\\n", "x\\n")
                assert capsys.readouterr().out == ""
            def test_tmp_path(tmp_path):
                (tmp_path / "a").write_text("b")
                assert os.listdir(tmp_path) == ["a"]
            def test_monkeypatch(monkeypatch):
                monkeypatch.setattr("solution.double", lambda x: 7)
                monkeypatch.setenv("THERE", "1")
                import solution
                assert solution.double(1) == 7 and os.environ["THERE"] == "1"
            def test_undone():
                import solution
                assert solution.double(1) == 2 and "THERE" not in os.environ
            def test_caplog(caplog):
                logging.getLogger("a").warning("b")
                assert caplog.record_tuples == [("a", 30, "b")]
            """,
            dict.fromkeys(["test_capsys", "test_tmp_path", "test_monkeypatch", "test_undone", "test_caplog"], "passed"),
        )

    def test_raises_and_approx(self):
        self.check(
            """
            import collections, pytest
            def test_raises():
                with pytest.raises(ValueError, match="literal") as info: int("x")
                assert info.type is ValueError and "x" in str(info.value)
                assert pytest.raises(ZeroDivisionError, lambda: 1 / 0).value.args
            def test_raises_not():
                with pytest.raises(ValueError): pass
            def test_raises_other():
                with pytest.raises(ValueError): {}["x"]
            def test_raises_without_match():
                with pytest.raises(ValueError, match="^y"): raise ValueError("x")
            def test_approx():
                assert 0.1 + 0.2 == pytest.approx(0.3) and [1.0, 2] == pytest.approx([1, 2 + 1e-9]) and {"a": 1} == pytest.approx({"a": 1.0})
                assert 1 != pytest.approx(1.1) and 100 == pytest.approx(101, abs=1) and "x" != pytest.approx(1) and True != pytest.approx(1)
                assert collections.OrderedDict(a=1) == pytest.approx({"a": 1.0}) and collections.Counter() != pytest.approx({"a": 1.0})
                assert float("nan") == pytest.approx(float("nan"), nan_ok=True) and float("nan") != pytest.approx(float("nan"))
            def test_skip(): pytest.skip("not now")
            def test_fail(): pytest.fail("no")
            @pytest.mark.xfail
            def test_xfail(): assert False
            @pytest.mark.xfail(strict=True)
            def test_xfail_strict(): pass
            @pytest.mark.skipif(True, reason="why")
            def test_skipif(): assert False
            """,
            {
                "test_raises": "passed", "test_raises_not": "failed", "test_raises_other": "error", "test_raises_without_match": "failed",
                "test_approx": "passed", "test_skip": "skipped", "test_fail": "failed", "test_xfail": "skipped", "test_xfail_strict": "failed",
                "test_skipif": "skipped",
            },
        )  # fmt: skip

    def test_nothing_ends_the_run(self):
        self.check(
            """
            import os, sys
            def test_exit(): sys.exit(0)
            def test_interrupt(): raise KeyboardInterrupt
            def test_generator(): raise GeneratorExit
            async def test_async():
                import asyncio
                await asyncio.sleep(0)
                assert 1 == 2
            """,
            {"test_exit": "error", "test_interrupt": "error", "test_generator": "error", "test_async": "failed"},
        )

    def test_marks_for_grading(self):
        tests = collect(
            """
            import pytest
            from croquant import grade
            @pytest.mark.task(taskno=2)
            def test_a(): pass
            @grade.points(3)
            @grade.hidden
            def test_b(): grade.credit(0.25, "a quarter")
            """
        )
        self.assertEqual([(test["task"], test["points"], test["visibility"]) for test in tests], [(2, None, None), (None, 3, "hidden")])
        result = checking.grade_run({"id": "test_it.py::test_b"})
        self.assertEqual((result["credit"], result["message"]), (0.25, "a quarter"))


class Unittest(Base):
    def test_its_parts(self):
        results = self.check(
            """
            import unittest
            log = []
            def setUpModule(): log.append("module")
            class T(unittest.TestCase):
                @classmethod
                def setUpClass(cls): log.append("class")
                def setUp(self): self.addCleanup(log.append, "cleanup")
                def test_order(self): self.assertEqual(log, ["module", "class"])
                def test_subtests(self):
                    for n in range(4):
                        with self.subTest("number", n=n): self.assertNotEqual(n, 2)
                @unittest.skip("later")
                def test_skipped(self): pass
                @unittest.expectedFailure
                def test_expected(self): self.fail()
                @unittest.expectedFailure
                def test_unexpected(self): pass
            class A(unittest.IsolatedAsyncioTestCase):
                async def test_async(self): self.assertEqual(1, 2)
            class Broken(unittest.TestCase):
                def setUp(self): raise OSError("no")
                def test_it(self): pass
            """,
            {
                "T::test_order": "passed", "T::test_subtests": "failed", "T::test_skipped": "skipped", "T::test_expected": "passed",
                "T::test_unexpected": "failed", "A::test_async": "failed", "Broken::test_it": "error",
            },
        )  # fmt: skip
        self.assertEqual([each["status"] for each in results["T::test_subtests"]["subtests"]].count("failed"), 1)


class Doctests(Base):
    def test_in_texts(self):
        kept = ">>> from solution import double\n>>> double(2)\ndoubling\n4\n"
        results = grade("", test_text__md=kept, test_wrong__txt=kept.replace("4", "5"))
        self.assertEqual(results["test_text.md"]["status"], "passed", results)
        wrong = results["test_wrong.txt"]
        self.assertEqual((wrong["status"], wrong["expected"], wrong["actual"]), ("failed", "doubling\n5\n", "doubling\n4\n"))


class Constructs(Base):
    def test_each_is_found(self):
        source = """\
        import os.path as p
        from math import *
        def f(x: int) -> int:
            "says"
            return f(x - 1) if x else sum([n for n in range(3)])
        class C:
            def g(self):
                while True:
                    self.x = p.join(f"{1}")
                    break
        """
        present = ["recursion", "comprehension", "list comprehension", "while", "loop", "class", "f-string", "import os", "import os.path", "star import",
                   "call sum", "call p.join", "call join", "function f", "method g", "attribute x", "if", "break"]  # fmt: skip
        absent = ["for", "lambda", "try", "global", "import sys", "call eval", "function h", "set comprehension", "docstring", "type hints", "yield"]
        files = {"a.py": textwrap.dedent(source).encode()}

        def count(**rules):
            return len(constructs.violations(files, rules))

        for what in present:
            self.assertEqual((count(forbid=[{"what": what}]) > 0, count(require=[{"what": what}])), (True, 0), what)
        for what in absent:
            self.assertEqual((count(forbid=[{"what": what}]), count(require=[{"what": what}])), (0, 1), what)
        self.assertEqual(count(forbid=[{"what": "while", "in": "f"}]), 0)
        self.assertEqual(count(forbid=[{"what": "while", "in": "C.g"}]), 1)
        self.assertEqual(count(require=[{"what": "docstring", "in": "f"}]), 0)
        self.assertEqual(count(max_lines=9), 1)
        self.assertEqual(count(imports={"only": ["math"]}), 1)
        self.assertEqual(count(imports={"all_but": ["math"]}), 1)
        with self.assertRaisesRegex(ValueError, "perhaps 'recursion'"):
            count(forbid=[{"what": "recursoin"}])

    def test_a_source_is_read_as_it_runs(self):
        for text, coding, loops in (("for x in []: pass", "utf-7", 1), ("#+AAo-for x in []: pass", "utf-7", 1), ("#+AAo-for x in []: pass", "utf-8", 0),
                                    ("name = '\xe9'", "latin-1", 0), ("name = '\xe9'", "utf-8", 1)):  # fmt: skip
            source = f"# coding: {coding}\n{text}\n".encode("latin-1")
            found = constructs.violations({"a.py": source}, {"forbid": [{"what": "for"}]})
            self.assertEqual(len(found), loops, (text, coding, found))

    def test_what_may_not_be_imported_has_no_namesake(self):
        def count(*others):
            files = {"a.py": b"import time, statistics, helper", **dict.fromkeys(others, b"")}
            return len(constructs.violations(files, {"imports": {"only": []}}))

        for others, most in ((["helper.py"], 2), (["helper/part.py"], 2), (["helper.py", "statistics.py"], 1), (["helper.py", "statistics/__init__.py"], 1),
                             (["helper.py", "statistics/part.py"], 2), (["helper.py", "time.py"], 2), ([], 3)):  # fmt: skip
            self.assertEqual(count(*others), most, others)
