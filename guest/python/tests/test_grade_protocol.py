"""What a submission's session could send: each lie is a `ProtocolError`, and has a twin that is no lie."""

import datetime
import decimal
import unittest

from _croquant.grade import faults, proxy
from _croquant.grade.checker import Checker
from scripted import Scripted, X, described, encode, handle


class Messages(Scripted):
    def test_answers(self):
        self.check_value(3, ("is", 3))
        for lie in (
            b"", b"x", encode(3), encode(()), encode((3,)), encode(["is", 3]), encode(("is", 3)) + b"N", encode(("is", 3))[:-1],
            ("is",), ("is", 1, (), 2), ("IS", 3), ("is", 3, []), ("after", ("is", 3)), ("after", (), ("after", (), ("is", 3))),
            ("is", {frozenset(): X(("h", 1, 2))}),
        ):  # fmt: skip
            with self.subTest(lie):
                self.check_lie(lie)

    def test_an_unhashable_key_is_a_lie(self):
        self.check_value({1: 2}, ("is", {1: 2}))
        self.check_lie(encode(("is", {1: 2})).replace(b"i" + (1).to_bytes(8, "little"), b"l" + bytes(4), 1))

    def test_the_violation_is_remembered(self):
        self.check_lie(("what", 3))
        with self.assertRaises(faults.ProtocolError):
            self.ask(("is", 3))
        self.assertEqual(self.script, [("is", 3)])

    def test_a_test_cannot_swallow_it(self):
        self.assertFalse(issubclass(faults.ProtocolError, Exception))
        with self.assertRaises(faults.ProtocolError):
            try:
                self.ask(("what", 3))
            except Exception:
                self.fail("it was swallowed")

    def test_the_end_of_the_other_side(self):
        def ended(data):
            raise EOFError

        self.checker = Checker(ended)
        for _ in range(2):
            with self.assertRaises(faults.Ended):
                self.checker.request(("get", 1, "x"))

    def test_what_was_printed_is_cut_off(self):
        self.checker = Checker(lambda data: b"\x09\0\0\0abc")
        with self.assertRaises(faults.ProtocolError):
            self.checker.request(("get", 1, "x"))

    def test_changes_of_arguments(self):
        items, text = [1], "a"
        self.script = [("is", None, ((0, [2]),))]
        self.checker.call(1, (items, text), {})
        self.assertEqual(items, [2])
        for change in ((1, "b"), (2, []), ("x", []), (0, (2,)), (-1, []), (0, [2], 3), (True, [1]), (0, {1: 2})):
            with self.subTest(change):
                self.checker = Checker(self.exchange)
                self.script = [("is", None, (change,))]
                with self.assertRaises(faults.ProtocolError):
                    self.checker.call(1, (items, text), {})
                self.assertEqual(items, [2])


class Values(Scripted):
    def test_values(self):
        for value, told, lies in (
            (decimal.Decimal("1.5"), ("Decimal", "1.5"), [("Decimal", "x"), ("Decimal", 1.5), ("Decimal",), ("Decimal", "1", "2")]),
            (datetime.date(2024, 2, 29), ("date", 2024, 2, 29), [("date", 2023, 2, 29), ("date", True, 1, 1), ("date", 1)]),
            (datetime.time(1, tzinfo=None), ("time", 1, 0, 0, 0, 0, None), [("time", 25, 0, 0, 0, 0, None), ("time", 1, 0, 0, 0, 0, 1)]),
            (range(3), ("range", 0, 3, 1), [("range", 0, 3, 0), ("range", 0, 3, "1")]),
            (memoryview(b"a"), ("memoryview", b"a"), [("memoryview", "a")]),
            (int, ("t", "int"), [("t", "eval"), ("t", "Exception"), ("t", 3), ("t",)]),
            (ValueError, ("e", "builtins", "ValueError"), [
                ("e", "unittest.case", "SkipTest"), ("e", "builtins", "eval"), ("e", "builtins", "SystemExit"), ("e", "os", "system"),
                ("e", "_croquant.grade.faults", "PeerError"), ("e", "builtins", "__import__"),
            ]),
        ):  # fmt: skip
            self.check_value(value, ("is", X(told)))
            for lie in (*lies, (), (3,), ([],), ("f", "builtins.len"), ("s", "os.system")):
                with self.subTest(lie):
                    self.check_lie(("is", X(lie)))

    def test_handles(self):
        self.assertIsInstance(self.ask(("is", handle())), proxy.Proxy)
        for lie in (
            ("h", 9, 1), ("h", "9", described()), ("h", 9), ("h", 9, described(cid="1")), ("h", 9, described()[:-1]), ("h", 9, None),
            ("h", True, described()), ("yours", 1), ("yours", "1"), ("m", 1, "x"), ("c", 5),
        ):  # fmt: skip
            with self.subTest(lie):
                self.check_lie(("is", X(lie)))

    def test_classes(self):
        for kind in sorted(proxy.KINDS - {"exception"}):
            self.checker = Checker(self.exchange)
            self.assertIsInstance(self.ask(("is", handle(told=described(kind=kind, special=("__len__", "__eq__"))))), proxy.Proxy)
        for lie in (
            described(special=("__getattribute__",)), described(special=("__del__",)), described(special=("__init_subclass__",)),
            described(special=("__class__",)), described(meta=("__instancecheck__",)), described(meta=("__new__",)),
            described(special=("__reduce__",)), described(special=("mro",)), described(special=["__len__"]), described(kind="type"),
            described(bases=(("e", "builtins", "ValueError"),)), described(bases=(7,)), described(name="a\0b"), described(name="A" * 201),
            described(kind="exception"), described(kind="exception", bases=(described(cid=2),)), described(methods=(3,)), described(name=3),
            described(bases=(described(),)), described(bases=(described(cid=2), 2, 2)),
        ):  # fmt: skip
            with self.subTest(lie):
                self.check_lie(("is", handle(told=lie)))

    def test_a_class_is_described_once(self):
        self.check_lie(("is", [handle(), handle(10)]))
        self.checker = Checker(self.exchange)
        first, second = self.ask(("is", [handle(), handle(10, 1)]))
        self.assertIs(type(first), type(second))


class Trust(Scripted):
    def test_a_class_or_an_exception_is_not_what_the_test_made(self):
        special = ("__sub__", "__abs__", "__contains__")
        number = X(("c", described(cid=7, name="Number", special=special)))
        error = described(cid=8, kind="exception", bases=(("e", "builtins", "Exception"),), special=special)
        others = (X(("c", described(cid=9, meta=special))), X(("x", 9, error, (), (), None, {})))
        for other in (None, *others):
            with self.subTest(other):
                self.checker = Checker(self.exchange)
                self.checker.trust.name("Number", self.ask(("is", number)))
                self.script = [("is", handle(told=7))]
                made = self.checker.class_of(7)()
                lie = made if other is None else self.ask(("is", other))
                self.script = [("is", 0)]
                if other is None:
                    self.assertEqual(lie - 9, 0)
                else:
                    with self.assertRaisesRegex(TypeError, "did not make"):
                        lie - 9
                del made, lie


class Exceptions(Scripted):
    def raised(self, told, args=(), notes=(), cause=None, extras=None, hid=5):
        return ("raised", X(("x", hid, told, args, notes, cause, extras or {})))

    def test_exceptions(self):
        error = ("e", "builtins", "ValueError")
        with self.assertRaises(ValueError):
            self.ask(self.raised(error, ("a",), ("note",)))
        for lie in (
            ("raised", 3), ("raised", "ValueError"), ("raised", X(("e", *error[1:]))), ("raised", handle()),
            self.raised(("e", "unittest.case", "SkipTest")), self.raised(("e", "control", "Exit")), self.raised(described()),
            self.raised(("e", "_pytest.outcomes", "Skipped")), self.raised(error, ["a"]), self.raised(error, (), [3]),
            self.raised(error, (), (3,)), self.raised(error, cause=3), self.raised(error, extras={"_x": 1}), self.raised(error, hid="5"),
            self.raised(error, extras={"__class__": 1}), self.raised(error, extras={"__traceback__": None}),
            self.raised(("e", "builtins", "BaseExceptionGroup"), ("m", [])),
        ):  # fmt: skip
            with self.subTest(lie):
                self.check_lie(lie)

    def test_control(self):
        """What would end the checker is of a class of ours."""
        for name, caught in (("SystemExit", SystemExit), ("KeyboardInterrupt", None), ("GeneratorExit", None), ("CancelledError", None)):
            with self.subTest(name), self.assertRaises(BaseException) as raised:
                self.ask(self.raised(("e", "control", name), (3,)))
            found = type(raised.exception)
            self.assertEqual(found.__name__, name)
            self.assertNotIn(found, (SystemExit, KeyboardInterrupt, GeneratorExit))
            self.assertEqual(issubclass(found, (SystemExit, KeyboardInterrupt, GeneratorExit)), caught is not None)
            self.assertTrue(faults.is_remote(raised.exception))

    def test_a_class_of_that_name_is_another_class(self):
        told = described(name="SkipTest", module="unittest.case", kind="exception", bases=(("e", "builtins", "Exception"),))
        with self.assertRaises(Exception) as caught:
            self.ask(self.raised(told))
        self.assertNotIsInstance(caught.exception, unittest.SkipTest)
        self.assertEqual(type(caught.exception).__name__, "SkipTest")

    def test_nothing_of_an_exceptions_own_is_replaced(self):
        with self.assertRaises(OSError) as caught:
            self.ask(self.raised(("e", "builtins", "OSError"), (2, "no"), extras={"errno": 2, "with_traceback": 3, "add_note": 4, "x": 5}))
        self.assertTrue(callable(caught.exception.with_traceback) and callable(caught.exception.add_note))
        self.assertEqual((caught.exception.errno, caught.exception.x), (2, 5))

    def test_what_could_not_be_decoded_is_bytes(self):
        """Python takes the object of such an error for bytes when it makes a text of it, whatever it is, and reads the memory behind it."""
        for args in (("ascii", b"a\xff", 1, 2, "no"), ()):
            for told in (b"ab\xfe", ["x"] * 1000, "abc", 1 << 500):
                with self.subTest(f"{args} {type(told)}"), self.assertRaises(UnicodeDecodeError) as caught:
                    self.ask(self.raised(("e", "builtins", "UnicodeDecodeError"), args, extras={"object": told, "start": 2, "end": 3}))
                if type(told) is bytes:
                    self.assertIn("byte 0xfe in position 2", str(caught.exception))
                else:
                    self.assertEqual(getattr(caught.exception, "object", None), args[1] if args else None)

    def test_an_outcome_that_the_test_passed_cannot_be_raised(self):
        for error, lie in ((unittest.SkipTest("x"), True), (KeyError("x"), False)):
            self.checker = Checker(self.exchange)
            hid = self.checker.hand_out(error)
            with self.assertRaises(faults.ProtocolError if lie else KeyError):
                self.ask(("raised", X(("yours", hid))))


if __name__ == "__main__":
    unittest.main()
