"""Classes that a test derives from the submission's, and functions of the submission's in classes of the test's."""

import textwrap

from _croquant.grade import derived, rewrite
from two_sessions import TwoSessions


def run(source, **names):
    """Runs source as a test module is run; returns its namespace."""
    namespace = {"__name__": "test_module", rewrite.SUPER: derived.super_of, **names}
    exec(rewrite.Module(textwrap.dedent(source), "test_module.py").compile("test_module.py", set()), namespace)
    return namespace


class Derived(TwoSessions):
    files = {
        "shapes.py": """
            import abc
            import functools

            class Shape(abc.ABC):
                made = []

                def __init__(self, name):
                    self.name = name

                @abc.abstractmethod
                def area(self): ...

                def describe(self):
                    return f"{self.name}: {self.area()}"

                def __str__(self):
                    return f"{type(self).__name__} {self.name}"

                def __init_subclass__(cls, kind=None):
                    cls.kind = kind
                    Shape.made.append(cls.__name__)

            class Wrong(Exception):
                def __init__(self, code):
                    super().__init__(f"wrong: {code}")
                    self.code = code

            def doubled(function):
                @functools.wraps(function)
                def wrapper(*args):
                    return 2 * function(*args)
                return wrapper

            def total(shapes):
                return sum(shape.area() for shape in shapes)
            """
    }

    def setUp(self):
        super().setUp()
        import shapes

        self.shapes = shapes

    def test_methods(self):
        made = run(
            """
            class Rectangle(Shape, kind="flat"):
                sides = 4
                def __init__(self, name, width, height):
                    super().__init__(name)
                    self.width, self.height = width, height
                def area(self):
                    return self.width * self.height
                @property
                def square(self):
                    return self.width == self.height
                @classmethod
                def unit(cls):
                    return cls("unit", 1, 1)
                @staticmethod
                def count():
                    return 4
                def __str__(self):
                    return super().__str__() + "!"
                def __len__(self):
                    return self.sides
            """,
            Shape=self.shapes.Shape,
        )["Rectangle"]
        one = made("r", 2, 3)
        self.assertEqual((one.area(), one.describe(), one.square, one.width, str(one), len(one)), (6, "r: 6", False, 2, "Rectangle r!", 4))
        self.assertEqual((made.unit().area(), made.count(), made.sides, made.kind), (1, 4, 4, "flat"))
        self.assertEqual(self.shapes.total([one, made.unit()]), 7)
        self.assertIn("Rectangle", self.shapes.Shape.made)
        self.assertIsInstance(one, self.shapes.Shape)
        self.assertIsInstance(one, made)
        self.assertTrue(issubclass(made, self.shapes.Shape))
        self.assertEqual(made.__name__, "Rectangle")

    def test_the_base_by_its_name(self):
        Shape = self.shapes.Shape

        class Dot(Shape):
            def __init__(self):
                Shape.__init__(self, "dot")

            def area(self):
                return 0

        self.assertEqual(Dot().describe(), "dot: 0")

    def test_abstract_ones(self):
        class Incomplete(self.shapes.Shape):
            pass

        with self.assertRaisesRegex(TypeError, "abstract"):
            Incomplete("x")

    def test_an_assertion_in_a_method_counts(self):
        class Checked(self.shapes.Shape):
            def area(this):
                self.assertEqual(1, 2)

        with self.assertRaises(AssertionError):
            Checked("x").describe()

    def test_one_of_a_derived_one(self):
        made = run(
            """
            class First(Shape):
                def area(self): return 1
                def describe(self): return "first " + super().describe()
            class Second(First):
                def area(self): return super().area() + 1
                def describe(self): return "second " + super(Second, self).describe()
            """,
            Shape=self.shapes.Shape,
        )["Second"]
        self.assertEqual(made("x").describe(), "second first x: 2")

    def test_exceptions(self):
        class Worse(self.shapes.Wrong):
            pass

        with self.assertRaises(self.shapes.Wrong) as caught:
            raise Worse(3)
        self.assertEqual((str(caught.exception), caught.exception.code), ("wrong: 3", 3))

    def test_plain_classes_still_have_super(self):
        made = run("class A:\n    def f(self): return 1\nclass B(A):\n    def f(self): return super().f() + 1\n    @staticmethod\n    def g(): return super")
        self.assertEqual((made["B"]().f(), made["B"].g()), (2, super))

    def test_not_together_with_a_class_of_the_tests(self):
        class Mixin:
            pass

        with self.assertRaisesRegex(TypeError, "together with 'Mixin'"):

            class Both(self.shapes.Shape, Mixin):
                pass

    def test_a_decorated_method(self):
        class Account:
            factor = 3

            @self.shapes.doubled
            def times(self, n):
                return n * self.factor

        self.assertEqual(Account().times(2), 12)
