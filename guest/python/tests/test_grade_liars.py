"""Objects of the submission's that claim to be what they are not, each beside an honest one."""

import types
import unittest
from unittest import mock

import two_sessions
from _croquant.grade import api


class Liars(two_sessions.TwoSessions):
    files = {
        "liar.py": '''
            class Str(str):
                def __eq__(self, other): return True
                def __ne__(self, other): return False
                def __repr__(self): return self
                __hash__ = str.__hash__

            class Int(int):
                def __eq__(self, other): return True
                __hash__ = int.__hash__

            class List(list):
                def __eq__(self, other): return True

            class Tuple(tuple):
                def __eq__(self, other): return True
                def __iter__(self): return iter((1, 2))
                def __getitem__(self, i): return 1
                __hash__ = tuple.__hash__

            seen = []

            class Meta(type):
                def __instancecheck__(cls, value): return True
                def __eq__(cls, other): return True
                __hash__ = type.__hash__

            class Any(metaclass=Meta):
                def yes(self, *other):
                    seen.extend(other)
                    return True
                __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = yes
                def no(self, other):
                    seen.append(other)
                    return 0
                __sub__ = __rsub__ = __mod__ = __xor__ = __rxor__ = __add__ = __ne__ = no
                def __hash__(self): return hash(self.claim)
                def __init__(self, claim=5): self.claim = claim
                def __class_getitem__(cls, item): return True

            def one_of(name): return {"Str": Str("a"), "Int": Int(5), "List": List([5]), "Any": Any(), "Tuple": Tuple((5, 6))}[name]
            def honest(name): return {"Str": "a", "Int": 5, "List": [5], "Any": 5, "Tuple": (5, 6)}[name]
            class Set:
                "Takes what it is asked about for its own."
                def difference(self, other):
                    self.items = list(other)
                    return set()
                union = intersection = symmetric_difference = difference
                def __iter__(self): return iter(self.items)
                def __len__(self): return len(self.items)
                def __getitem__(self, i): return self.items[i]
                items = ()
            def a_set(): return Set()
            def bad_text():
                class Bad:
                    def __repr__(self): return Str("x")
                    __str__ = __format__ = __repr__
                    def __hash__(self): return Int(4)
                    def __len__(self): return -1
                    def __bool__(self): return 3
                    def __iter__(self): return 3
                return Bad()
            def raises(): raise Any
        '''
    }

    def test_nothing_equals_data(self):
        import liar

        before = [value for value in liar.seen if type(value) in (int, str, list)]
        for name, data in {"Str": "a", "Int": 5, "List": [5], "Any": 5}.items():
            with self.subTest(name):
                lie, honest = liar.one_of(name), liar.honest(name)
                self.assertEqual(honest, data)
                self.assertIs(honest == data, True)
                for left, right in ((lie, data), (data, lie), ([lie], [data]), ((data,), (lie,)), ({1: lie}, {1: data})):
                    self.assertIs(left == right, False)
                    self.assertIs(left != right, True)
                with self.assertRaises(AssertionError):
                    self.assertEqual(lie, data)
                self.assertNotIn(data, [lie])
        self.assertFalse({5} == {liar.one_of("Any")})
        self.assertEqual([value for value in liar.seen if type(value) in (int, str, list)], before)

    def test_a_tuple_is_what_it_holds(self):
        import liar

        self.assertEqual(liar.one_of("Tuple"), (5, 6))
        self.assertIs(liar.one_of("Tuple") != (5, 6), False)
        self.assertIs((5, 6) != liar.one_of("Tuple"), False)
        self.assertNotEqual(liar.one_of("Tuple"), (1, 2))
        self.assertNotEqual((1, 2), liar.one_of("Tuple"))
        self.assertEqual(liar.one_of("Tuple"), api.approx((5.0, 6.0)))
        self.assertNotEqual(liar.one_of("Tuple"), api.approx((1, 2)))

    def test_no_order_and_no_arithmetic_with_data(self):
        import liar

        lie = liar.one_of("Any")
        for ask in (
            lambda: lie < 9, lambda: 9 < lie, lambda: lie >= 9, lambda: max(lie, 9), lambda: lie - 9, lambda: 9 - lie, lambda: abs(lie - 9),
            lambda: lie % 2, lambda: 9 ^ lie, lambda: 9 in lie, lambda: round(lie, 2), lambda: self.assertAlmostEqual(lie, 9),
            lambda: self.assertGreater(lie, 9), lambda: self.assertIn(9, lie), lambda: liar.one_of("Str") + "b",
            lambda: liar.one_of("Int") + 1, lambda: {9} & lie, lambda: {9} - lie,
        ):  # fmt: skip
            with self.assertRaises(TypeError):
                ask()
        self.assertTrue(lie < liar.one_of("Any"))
        self.assertIs(lie == liar.one_of("Any"), True)

    def test_no_assertion_of_unittest_is_the_submissions_to_decide(self):
        import liar

        lie, data = liar.a_set, {1, 2}
        for assertion, args in (
            (self.assertSetEqual, (lie(), data)), (self.assertSetEqual, (data, lie())), (self.assertCountEqual, (lie(), data)),
            (self.assertSequenceEqual, (lie(), [1, 2])), (self.assertListEqual, (lie(), [1, 2])), (self.assertEqual, (lie(), data)),
            (self.assertIn, (1, lie())), (self.assertAlmostEqual, (lie(), 3)), (self.assertDictEqual, (lie(), {1: 2})),
            (self.assertRegex, (lie(), "a")), (self.assertLess, (lie(), 3)), (self.assertIs, (lie(), data)),
        ):  # fmt: skip
            with self.subTest(assertion), self.assertRaises((AssertionError, TypeError)):
                assertion(*args)
        self.assertEqual(lie(), mock.ANY)
        self.assertEqual(mock.call(lie()), mock.call(mock.ANY))

    def test_text_and_numbers_are_exact(self):
        import liar

        bad = liar.bad_text()
        for ask in (repr, str, format, hash, bool, iter):
            with self.subTest(ask), self.assertRaises(TypeError):
                ask(bad)
        with self.assertRaises(ValueError):
            len(bad)

    def test_what_is_no_exception_cannot_be_raised(self):
        import liar

        with self.assertRaises(TypeError):
            liar.raises()

    def test_types(self):
        import liar

        self.assertFalse(isinstance(liar.one_of("Any"), int))
        self.assertFalse(isinstance(5, liar.Any))
        self.assertFalse(type(liar.one_of("Int")) is int)
        self.assertFalse(isinstance(liar.one_of("Any"), types.FunctionType))
        self.assertFalse(liar.Any == int)


class Trust(two_sessions.TwoSessions):
    """Objects that the test has made are asked about data; those that the submission hands over are not believed."""

    files = {
        "number.py": """
            class Number:
                def __init__(self, n): self.n = n
                def __add__(self, m): return Number(self.n + (m.n if isinstance(m, Number) else m))
                __radd__ = __add__
                def __sub__(self, m): return 0
                __rsub__ = __sub__
                def __abs__(self): return 0
                def __bool__(self): return False
                def __contains__(self, m): return True
                def __iadd__(self, m): return self
                def __enter__(self): return self
                def __exit__(self, *error): pass
                def startswith(self, text): return True
                def count(self, text): return 3
                def itself(self): return self
                def other(self): return Evasive()

            class Evasive(Number):
                "Answers nothing but with itself, until it is asked what C believes."
                def __sub__(self, m): return Evasive(0)
                __rsub__ = __radd__ = __add__ = __sub__
                def __init__(self, n=0): self.n = n

            class average(Number): "Where a function is expected."
            class Named(Number): "In both places."
            named = Named
            class Adder(Number): "In the place of its own method, of what a function returns, of what a dictionary holds."
            Adder.add = Adder
            def adder(): return Adder
            class Base(Number): pass
            OPERATIONS = {"+": Base}
            def make(): return Number(3)
            def evasive(): return Evasive()
            class Bag(list): pass
            def bag(*items): return Bag(items)
            def keys(): return {"a": 1}.keys()
        """
    }

    def refused(self, *asks):
        for number, ask in enumerate(asks):
            with self.subTest(number), self.assertRaises(TypeError):
                ask()

    def test_what_the_test_made(self):
        from number import Number

        made = Number(3)
        self.assertEqual(((made + 1).n, (1 + made).n, made - 9, abs(made), abs(made + 1), made.count("x")), (4, 4, 0, 0, 0, 3))
        self.assertIn(7, made)
        self.assertIn(7, made + 1)
        self.assertTrue(made.startswith("x"))
        with made as same:
            self.assertIs(same, made)
            made += 1
        self.assertIn(7, made)

    def test_what_was_handed_over(self):
        import number

        lie = number.make()
        self.refused(
            lambda: lie - 9, lambda: 9 - lie, lambda: 7 in lie, lambda: lie.startswith("x"), lambda: abs(lie - 9),
        )  # fmt: skip
        self.assertEqual(((lie + lie).n, (lie + 1).n, abs(lie)), (6, 4, 0))

    def test_what_was_made_and_handed_over(self):
        import number

        made = number.Number(3)
        self.assertEqual(made - 9, 0)
        for lie in (made.itself(), made, number.Number(3).other()):
            self.refused(lambda: abs(lie - 9), lambda: 7 in lie, lambda: lie.startswith("x"))

    def test_a_class_in_the_place_of_a_function(self):
        import number

        lie = number.average(5)
        self.refused(lambda: lie - 9, lambda: 7 in lie, lambda: lie.startswith("x"), lambda: lie.count("x"))

    def test_a_class_in_both_places(self):
        import number

        self.assertEqual(number.Named(3) - 9, 0)
        self.assertEqual(number.Adder(3) - 9, 0)
        self.assertEqual(number.Base(3) - 9, 0)
        for make in (lambda: number.named(5), lambda: number.Adder(3).add(5), lambda: number.adder()(5), lambda: number.OPERATIONS["+"](5)):
            lie = make()
            self.refused(lambda: lie - 9, lambda: 7 in lie, lambda: lie.startswith("x"), lambda: lie.count("x"))

        class Derived(number.Base):
            pass

        self.assertEqual(Derived(3) - 9, 0)

    def test_what_an_operator_gave_for_data_says_nothing_of_it(self):
        import number

        lie = number.evasive()
        for mixed in (lie - 9, 9 - lie, lie + 9 + lie, sum([lie, lie])):
            self.refused(lambda: abs(mixed), lambda: bool(mixed), lambda: mixed < 9, lambda: 0 in mixed, lambda: self.assertFalse(mixed))
        self.assertFalse(lie)

    def test_items_are_searched_here(self):
        import number

        bag = number.bag("a", 7)
        self.assertIn(7, bag)
        self.assertNotIn("b", bag)
        self.assertIn("a", number.keys())
        self.assertEqual(number.keys(), {"a"})


if __name__ == "__main__":
    unittest.main()
