"""What a submission may do with the test's objects besides calling them, and where that ends."""

import inspect
import types
from unittest import mock

from two_sessions import TwoSessions


class Node:
    """A node of a linked list, as a test may define it."""

    kind = "node"

    def __init__(self, value, next=None):
        self.value, self.next = value, next

    def check(self):
        return True

    @property
    def doubled(self):
        return self.value * 2


class Granted(TwoSessions):
    files = {
        "deco.py": """
            import copy
            import functools
            import inspect

            def logged(function):
                @functools.wraps(function)
                def wrapper(*args, **options):
                    return function.__name__, function(*args, **options)
                return wrapper

            def checked(function):
                signature = inspect.signature(function)
                @functools.wraps(function)
                def wrapper(*args):
                    for name, value in signature.bind(*args).arguments.items():
                        if not isinstance(value, function.__annotations__[name]):
                            raise TypeError(name)
                    return function(*args)
                return wrapper

            def defaults(function):
                return [parameter.default for parameter in inspect.signature(function).parameters.values()]

            def marked(function):
                function.calls = 0
                return function

            def reverse(node):
                before = None
                while node is not None:
                    node.next, before, node = before, node, node.next
                return before

            def tries(function):
                try:
                    return function()
                except Exception as error:
                    return type(error).__name__

            def set(value, name, new):
                return tries(lambda: setattr(value, name, new))

            def get(value, name):
                return tries(lambda: getattr(value, name))

            def delete(value, name):
                return tries(lambda: delattr(value, name))

            def listed(value):
                return tries(lambda: [name for name in dir(value) if name != "check"])

            def copied(value):
                return copy.deepcopy(value)

            def is_one(value, cls):
                return isinstance(value, cls)

            def derive(cls):
                class Derived(cls):
                    pass

            def equal(value, other):
                return value == other
            """
    }

    def setUp(self):
        super().setUp()
        import deco

        self.deco = deco

    def test_wraps(self):
        def add(a, b):
            """Adds."""
            return a + b

        made = self.deco.logged(add)
        self.assertEqual((made(1, 2), made.__name__, made.__doc__), (("add", 3), "add", "Adds."))
        self.assertEqual(list(inspect.signature(made).parameters), ["a", "b"])
        self.assertIs(made.__wrapped__, add)

    def test_signature(self):
        made = self.deco.checked(eval("lambda n, s: s * n"))
        with self.assertRaises(KeyError):
            made(1, "a")

        def times(n: int, s: str):
            return s * n

        made = self.deco.checked(times)
        self.assertEqual(made(2, "a"), "aa")
        with self.assertRaises(TypeError):
            made("a", "a")

    def test_defaults_are_withheld(self):
        self.assertEqual(self.deco.defaults(lambda a=42, *, b="secret": a), [..., ...])

    def test_attributes_of_functions(self):
        def f():
            """What is marked."""

        self.assertIs(self.deco.marked(f), f)
        self.assertEqual(f.calls, 0)
        f.croquant_marks = ["secret"]
        for name in ("croquant_marks", "__globals__", "__code__", "__closure__", "__dict__", "__module__", "__defaults__"):
            self.assertEqual(self.deco.get(f, name), "AttributeError", name)
        for name in ("croquant_marks", "__code__", "__doc__"):
            self.assertEqual(self.deco.set(f, name, None), "AttributeError", name)

        def test_f(): ...

        self.assertEqual(self.deco.get(test_f, "__name__"), "AttributeError")
        self.assertEqual(self.deco.get(self.test_wraps, "__name__"), "AttributeError")

    def test_nodes(self):
        third = Node(3)
        first = Node(1, Node(2, third))
        self.assertIs(self.deco.reverse(first), third)
        self.assertEqual((third.next.value, third.next.next is first, first.next), (2, True, None))

    def test_what_a_class_defines_stays(self):
        node = Node(1)
        for name in ("check", "doubled", "__class__", "_private", "__dict__"):
            self.assertEqual(self.deco.set(node, name, lambda: True), "AttributeError", name)
        self.assertIsNone(self.deco.set(node, "kind", "leaf"))
        self.assertEqual((node.kind, Node.kind, node.check()), ("leaf", "node", True))
        self.assertEqual(self.deco.set(Node, "kind", "leaf"), "AttributeError")
        self.assertEqual(self.deco.delete(node, "check"), "AttributeError")
        self.assertIsNone(self.deco.delete(node, "value"))
        self.assertFalse(hasattr(node, "value"))

    def test_mocks(self):
        made = mock.Mock()
        self.assertIsNone(self.deco.set(made, "level", 3))
        self.assertEqual(made.level, 3)
        for name, value in (("level", self.deco.tries), ("assert_called", 1), ("call_count", 1), ("return_value", 1), ("side_effect", None)):
            self.assertEqual(self.deco.set(made, name, value), "AttributeError", name)
        made.assert_not_called()

    def test_listing_copies_and_classes(self):
        node = Node([1])
        self.assertEqual(self.deco.listed(node), ["doubled", "kind", "next", "value"])
        self.assertEqual(self.deco.listed(mock.Mock()), "TypeError")
        other = self.deco.copied(node)
        self.assertIsNot(other, node)
        self.assertEqual((type(other), other.value), (Node, [1]))
        self.assertTrue(self.deco.is_one(node, Node))
        self.assertFalse(self.deco.is_one(3, Node))
        with self.assertRaises(TypeError):
            self.deco.copied(open)
        with self.assertRaisesRegex(TypeError, "cannot be subclassed"):
            self.deco.derive(Node)

    def test_tuples(self):
        import collections

        Point = collections.namedtuple("Point", "x y")
        self.assertTrue(self.deco.equal(Point(1, 2), (1, 2)))
        self.assertFalse(self.deco.equal(Point(1, 2), (1, 3)))
        self.assertTrue(self.deco.is_one(types.SimpleNamespace(), types.SimpleNamespace))
