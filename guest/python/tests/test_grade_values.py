"""Values that cross as themselves, there and back, and the marks that changes of arguments leave."""

import array
import collections
import datetime
import decimal
import fractions
import pathlib
import unittest
import uuid

import two_sessions
from _croquant.grade import names

ZONE = datetime.timezone(datetime.timedelta(hours=2))
NAMED = datetime.timezone(datetime.timedelta(minutes=-30), "NST")
PLAIN = (
    0, -1, 1 << 100, -(1 << 63), 1.5, float("inf"), "", "é\ud800", b"x", bytearray(b"y"), [1, (2,)], {1: {2}, "a": None}, frozenset([1]), set(),
    True, ..., 2j, decimal.Decimal("1.50"), decimal.Decimal("-Infinity"), fractions.Fraction(1, 3), datetime.date(2020, 1, 2),
    datetime.datetime(2020, 1, 2, 3, 4, 5, 6), datetime.datetime(2020, 1, 2, tzinfo=ZONE, fold=1), datetime.time(1, 2, tzinfo=NAMED),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.timedelta(-1, 2, 3), range(1, 9, 2), slice(1, None),
    collections.deque([1, 2], 3), collections.OrderedDict(a=1, b=2), collections.Counter("aab"), uuid.UUID(int=5), array.array("d", [1, 2]),
    memoryview(b"abc"), pathlib.Path("/a/b"), pathlib.PurePosixPath("c"), NotImplemented, int, type(None), ValueError, {"a": 1}.keys(),
    decimal.InvalidOperation, KeyboardInterrupt,
)  # fmt: skip


class Lists(unittest.TestCase):
    def test_every_exception_that_is_listed_is_there(self):
        for module, listed in names.EXCEPTIONS.items():
            for name in listed:
                with self.subTest(f"{module}.{name}"):
                    self.assertTrue(names.is_shared_exception(names.exception_class(module, name)))
        for module, name in (("builtins", "SystemExit"), ("unittest.case", "SkipTest"), ("builtins", "eval"), ("nowhere", "Error")):
            self.assertIsNone(names.exception_class(module, name))


class Values(two_sessions.TwoSessions):
    files = {
        "values.py": """
            def echo(x): return x
            def kind(x): return type(x).__name__
            def fill(x, value): x.extend(value)
            def note(x, **more): x["new"] = 1; more["y"].add(2); return x
            def deep(rows): rows[1][0] = 9; return rows
            def grow(x):
                x.append(1)
                raise ValueError
            def keep(x): return len(x)
        """
    }

    def test_there_and_back(self):
        import values

        for value in PLAIN:
            with self.subTest(value):
                found = values.echo(value)
                if value is not KeyboardInterrupt:
                    self.assertEqual(found, value)
                    self.assertIs(type(found), type(value))
                    self.assertEqual(values.kind(value), type(value).__name__)
                (nested,) = values.echo(([(value,), {1: value}],))
                self.assertEqual(nested, [(found,), {1: found}])
        self.assertIsNot(values.echo(KeyboardInterrupt), KeyboardInterrupt)

    def test_close_to_values(self):
        import values

        self.assertEqual(values.echo(collections.defaultdict(int, a=1)), {"a": 1})
        self.assertEqual({*values.echo({"a": 1}.items())}, {("a", 1)})
        self.assertEqual(list(values.echo({"a": 1}.values())), [1])
        found = values.echo(datetime.datetime(2020, 1, 1, tzinfo=NAMED))
        self.assertEqual(found.tzname(), "NST")

    def test_subclasses_are_objects(self):
        import values

        class Text(str):
            pass

        text = Text("a")
        self.assertIs(values.echo(text), text)
        self.assertEqual(values.kind(text), "object")

    def test_arguments_that_changed(self):
        import values

        for value in ([0], bytearray(b"\0"), collections.deque([0])):
            same = value
            values.fill(value, [1])
            self.assertEqual(list(same), [0, 1])
        known, more = {}, {1}
        self.assertEqual(values.note(known, y=more), {"new": 1})
        self.assertEqual((known, more), ({"new": 1}, {1, 2}))
        row = [1, 2]
        rows = [[0], row]
        values.deep(rows)
        self.assertEqual((rows, row), ([[0], [9, 2]], [9, 2]))
        self.assertIs(rows[1], row)
        items = []
        with self.assertRaises(ValueError):
            values.grow(items)
        self.assertEqual(items, [1])
        row = [1]
        values.keep(row)
        self.assertEqual(row, [1])


if __name__ == "__main__":
    unittest.main()
