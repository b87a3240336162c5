"""`import solution` from the other session: what a test does with it."""

import unittest
from unittest import mock

import two_sessions


class Basics(two_sessions.TwoSessions):
    files = {
        "solution.py": '''
            """A solution."""
            LIMIT = 10

            def double(x):
                """Twice as much."""
                return x * 2

            def fail(x):
                raise ValueError("bad", x)

            def squares(n):
                for i in range(n):
                    yield i * i

            def sort(items):
                items.sort()

            def tell(listener, x):
                return listener.note(x)

            def configure(listener):
                listener.configure_mock(call_count=7)

            def apply(function, *args, **options):
                return function(*args, **options)

            class Point:
                kind = "point"
                def __init__(self, x, y=0):
                    self.x, self.y = x, y
                def __eq__(self, other):
                    return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)
                def __hash__(self):
                    return hash((self.x, self.y))
                def __add__(self, other):
                    return Point(self.x + other.x, self.y + other.y)
                def __mul__(self, n):
                    return Point(self.x * n, self.y * n)
                def __lt__(self, other):
                    return self.x < other.x
                def __repr__(self):
                    return f"Point({self.x}, {self.y})"
                def length(self):
                    return (self.x ** 2 + self.y ** 2) ** 0.5
                @property
                def double(self):
                    return self.x * 2
                @classmethod
                def origin(cls):
                    return cls(0, 0)
                @staticmethod
                def name():
                    return "Point"

            class Point3(Point):
                pass

            def endless(): return endless_list
            endless_list = []
            endless_list.append(endless_list)

            class Carrying(LookupError):
                def __init__(self):
                    super().__init__("full")
                    self.load = endless_list
                def __str__(self):
                    return "carrying"
                def unload(self):
                    return 3

            def carry(): raise Carrying

            class MyError(ValueError):
                def __init__(self, code):
                    super().__init__(f"code {code}")
                    self.code = code
        '''
    }

    def test_functions(self):
        import solution
        from solution import double

        self.assertEqual(solution.double(3), 6)
        self.assertEqual(double("ab"), "abab")
        self.assertEqual(double.__name__, "double")
        self.assertEqual(double.__doc__, "Twice as much.")
        self.assertEqual(solution.LIMIT, 10)
        self.assertEqual(solution.__doc__, "A solution.")

    def test_classes(self):
        import solution

        p = solution.Point(3, y=4)
        self.assertIsInstance(p, solution.Point)
        self.assertNotIsInstance(p, solution.Point3)
        self.assertIsInstance(solution.Point3(1), solution.Point)
        self.assertTrue(issubclass(solution.Point3, solution.Point))
        self.assertEqual((p.x, p.y, p.double, p.length(), p.kind), (3, 4, 6, 5.0, "point"))
        self.assertEqual(repr(p), "Point(3, 4)")
        self.assertEqual(p, solution.Point(3, 4))
        self.assertNotEqual(p, solution.Point(3, 5))
        self.assertEqual(p + p, solution.Point(6, 8))
        self.assertEqual(p * 2, solution.Point(6, 8))
        self.assertEqual(solution.Point.origin(), solution.Point(0))
        self.assertEqual(solution.Point.name(), "Point")
        self.assertEqual([q.x for q in sorted([p, solution.Point(1)])], [1, 3])
        self.assertEqual(len({p, solution.Point(3, 4)}), 1)
        self.assertFalse(callable(p))
        self.assertTrue(callable(solution.Point))
        p.x = 9
        self.assertEqual(p.x, 9)
        with self.assertRaises(AttributeError):
            p.z

    def test_generators(self):
        import solution

        self.assertEqual(list(solution.squares(4)), [0, 1, 4, 9])
        g = solution.squares(2)
        self.assertEqual((next(g), next(g)), (0, 1))
        with self.assertRaises(StopIteration):
            next(g)

    def test_exceptions(self):
        import solution

        with self.assertRaises(ValueError) as caught:
            solution.fail(3)
        self.assertEqual(caught.exception.args, ("bad", 3))
        with self.assertRaises(solution.MyError) as caught:
            solution.apply(self.raise_it, solution.MyError(7))
        self.assertEqual(caught.exception.code, 7)
        self.assertEqual(str(caught.exception), "code 7")

    def test_what_cannot_be_passed_on(self):
        import solution

        with self.assertRaisesRegex(TypeError, "nests too deeply"):
            solution.endless()
        with self.assertRaises(solution.Carrying) as caught:
            solution.carry()
        self.assertEqual((str(caught.exception), caught.exception.unload()), ("carrying", 3))
        self.assertIsInstance(caught.exception, LookupError)
        with self.assertRaisesRegex(ValueError, "nests too deeply"):
            endless = []
            endless.append(endless)
            solution.double(endless)
        self.assertEqual(solution.double(2), 4)

    def raise_it(self, error):
        raise error

    def test_callbacks_and_copies_back(self):
        import solution

        items = [3, 1, 2]
        self.assertIsNone(solution.sort(items))
        self.assertEqual(items, [1, 2, 3])
        self.assertEqual(solution.apply(lambda a, b: a - b, 5, b=3), 2)
        self.assertEqual(solution.apply(len, [1, 2]), 2)

    def test_mocks_are_what_they_stand_for_and_no_more(self):
        import solution

        double = mock.Mock(return_value=5)
        self.assertEqual(solution.apply(double, 1), 5)
        self.assertEqual(solution.tell(double, 2), double.note.return_value)
        double.note.assert_called_once_with(2)
        with self.assertRaises(AttributeError):
            solution.configure(double)
        self.assertEqual(double.call_count, 1)


if __name__ == "__main__":
    unittest.main()
