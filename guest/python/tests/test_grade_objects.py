"""Objects of the submission's with a nature of their own: enumerations, dataclasses, named tuples, coroutines, containers, packages."""

import asyncio
import contextlib
import copy
import dataclasses
import inspect
import pickle
import unittest
from unittest import mock

import two_sessions



class Objects(two_sessions.TwoSessions):
    files = {
        "more.py": '''
            import abc, asyncio, collections, contextlib, dataclasses, enum, random

            class Color(enum.Enum):
                RED = 1
                BLUE = 2

            class Priority(enum.IntEnum):
                LOW = 1

            @dataclasses.dataclass(order=True)
            class Place:
                x: int
                y: int = 0

            Pair = collections.namedtuple("Pair", "a b")

            def pair():
                return Pair(1, 2)

            async def later(x):
                await asyncio.sleep(0)
                return x + 1

            async def numbers(n):
                for i in range(n):
                    yield i

            @contextlib.contextmanager
            def context(x):
                try:
                    yield x
                except KeyError:
                    pass

            class AsyncContext:
                async def __aenter__(self):
                    return 5
                async def __aexit__(self, *error):
                    return False

            class Stack:
                def __init__(self): self.items = []
                def push(self, x): self.items.append(x)
                def fill(self, into): into.extend(self.items)
                def __len__(self): return len(self.items)
                def __iter__(self): return iter(self.items)
                def __getitem__(self, i): return self.items[i]
                def __contains__(self, x): return x in self.items
                def __call__(self, y): return y
                def __iadd__(self, more): more.append(9); return self

            class Shape(abc.ABC):
                @abc.abstractmethod
                def area(self): ...

            class Square(Shape):
                def area(self): return 4

            @Shape.register
            class Registered: ...

            def echo(x): return x
            def dice(): return random.randint(1, 6)
            def documented(a, b: int = 2, *, c="x") -> str: "Does nothing."
        ''',
        "pkg/__init__.py": "from .mod import mod\n",
        "pkg/mod.py": "def mod(): return 'm'\nZ = 1\n",
        "pkg/sub.py": "from . import mod\nq = 3\n",
    }

    def test_enumerations(self):
        from more import Color, Priority, echo

        self.assertIs(Color.RED, Color.RED)
        self.assertIs(Color(1), Color.RED)
        self.assertIs(Color["BLUE"], Color.BLUE)
        self.assertIs(echo(Color.RED), Color.RED)
        self.assertEqual(len(Color), 2)
        self.assertEqual([c.name for c in Color], ["RED", "BLUE"])
        self.assertEqual([c.value for c in Color], [1, 2])
        self.assertIn(Color.RED, Color)
        self.assertIn(Color.RED, [Color.RED])
        self.assertEqual(echo({Color.RED: 2})[Color.RED], 2)
        self.assertEqual(str(Color.RED), "Color.RED")
        self.assertIsInstance(Color.RED, Color)
        self.assertNotEqual(Priority.LOW, 1)
        self.assertEqual(Priority.LOW.value, 1)

    def test_dataclasses(self):
        from more import Place

        place = Place(1)
        self.assertEqual(place, Place(1, 0))
        self.assertLess(place, Place(2))
        self.assertEqual(repr(place), "Place(x=1, y=0)")
        self.assertEqual(f"{place}", "Place(x=1, y=0)")
        self.assertEqual([field.name for field in dataclasses.fields(place)], ["x", "y"])
        self.assertEqual(dataclasses.asdict(place), {"x": 1, "y": 0})
        self.assertEqual(vars(place), {"x": 1, "y": 0})

    def test_copies(self):
        from more import Place

        place = Place(1)
        other = copy.copy(place)
        other.x = 5
        self.assertEqual(place.x, 1)
        self.assertIsNot(copy.deepcopy(place), place)
        self.assertEqual(copy.deepcopy([place]), [place])
        for value in (place, [place], place.__eq__):
            with self.assertRaisesRegex(TypeError, "pickle"):
                pickle.dumps(value)

    def test_named_tuples(self):
        from more import Pair, pair

        t = pair()
        self.assertEqual(t, (1, 2))
        self.assertEqual((1, 2), t)
        self.assertNotEqual(t, (1, 3))
        self.assertNotEqual(t, [1, 2])
        self.assertEqual(t, Pair(1, 2))
        self.assertIn(t, [(1, 2)])
        a, b = t
        self.assertEqual((a, b, t[0], t.b, len(t), t[1:]), (1, 2, 1, 2, 2, (2,)))

    def test_coroutines(self):
        import more

        self.assertEqual(asyncio.run(more.later(2)), 3)

        async def main():
            found = [x async for x in more.numbers(3)]
            async with more.AsyncContext() as value:
                found.append(value)
            found.append(await more.later(1))
            return found + await asyncio.gather(more.later(5), more.later(6))

        self.assertEqual(asyncio.run(main()), [0, 1, 2, 5, 2, 6, 7])
        self.assertTrue(inspect.iscoroutinefunction(more.later))
        self.assertFalse(inspect.iscoroutinefunction(more.echo))
        self.assertTrue(inspect.isfunction(more.echo))

    def test_contexts(self):
        from more import context

        with context(4) as value:
            self.assertEqual(value, 4)
        with context(4):
            raise KeyError("a")
        with self.assertRaises(IndexError), context(4):
            raise IndexError

    def test_containers(self):
        from more import Stack

        stack = Stack()
        self.assertFalse(stack)
        stack.push(3)
        stack.push([1])
        self.assertTrue(stack)
        self.assertEqual((len(stack), list(stack), stack[0], stack[0:1], stack(7)), (2, [3, [1]], 3, [3], 7))
        self.assertIn(3, stack)
        self.assertNotIn(4, stack)
        into = [0]
        stack.fill(into)
        self.assertEqual(into, [0, 3, [1]])
        stack += into
        self.assertEqual(into[-1], 9)
        self.assertEqual([hasattr(stack, name) for name in ("__enter__", "pop", "push", "__len__")], [False, False, True, True])
        with self.assertRaises(IndexError):
            stack[9]
        with self.assertRaises(TypeError):
            stack + stack

    def test_classes(self):
        import more

        with self.assertRaises(TypeError):
            more.Shape()
        self.assertIsInstance(more.Square(), more.Shape)
        self.assertIsInstance(more.Registered(), more.Shape)
        self.assertTrue(issubclass(more.Registered, more.Shape))
        self.assertFalse(issubclass(more.Stack, more.Shape))
        self.assertNotIsInstance(3, more.Shape)

        class Own(more.Stack):
            pass

        self.assertIsInstance(Own(), more.Stack)

    def test_signatures(self):
        import more

        self.assertEqual(str(inspect.signature(more.documented)), "(a, b: int = 2, *, c='x') -> str")
        self.assertEqual(str(inspect.signature(more.Place)), "(x: int, y: int = 0) -> None")
        self.assertEqual(list(inspect.signature(more.Stack().push).parameters), ["x"])
        self.assertEqual(inspect.getdoc(more.documented), "Does nothing.")
        with self.assertRaises(TypeError):
            more.documented()

    def test_packages(self):
        import pkg
        import pkg.mod
        import pkg.sub
        from pkg import mod
        from pkg.mod import Z

        self.assertEqual((mod(), pkg.mod(), pkg.sub.q, Z), ("m", "m", 3, 1))
        with self.assertRaises(ImportError):
            import pkg.nope
        with self.assertRaises(ImportError):
            from pkg import nope  # noqa: F401

    def test_patches(self):
        import more

        with mock.patch("more.echo", return_value=9):
            self.assertEqual(more.echo(1), 9)
        self.assertEqual(more.echo(1), 1)
        with mock.patch("more.random.randint", return_value=99) as randint:
            self.assertEqual(more.dice(), 99)
        randint.assert_called_once_with(1, 6)
        self.assertIn(more.dice(), range(1, 7))
        with mock.patch.object(more.Stack, "push") as push:
            stack = more.Stack()
            stack.push(4)
        push.assert_called_once_with(4)
        stack.push(5)
        self.assertEqual(list(stack), [5])
        with mock.patch("more.NEW", 3, create=True):
            self.assertEqual(more.NEW, 3)
        with self.assertRaises(AttributeError):
            more.NEW  # noqa: B018

    def test_what_died_is_given_back(self):
        import more

        def held():
            more.echo(1)  # takes along what died
            return len(self.peer.stand_ins), len(self.peer.received), len(self.peer.origins)

        with contextlib.suppress(TypeError):
            more.Shape()
        more.Stack()
        before = held()
        for _ in range(50):
            more.Stack().push(3)
            list(more.Stack())
            with contextlib.suppress(TypeError):
                more.Shape()
        self.assertEqual(held(), before)


if __name__ == "__main__":
    unittest.main()
