"""What a submission gets of the test's objects by requests that no honest one sends: nothing that checks is replaced, nothing of the test's is told."""

import dataclasses
import functools
import itertools
import logging
import types
from unittest import mock

from _croquant.grade import faults
from two_sessions import TwoSessions


class Text(str):
    """A class of the test's that derives from `str`."""


class TestNothing:
    """A class of tests as pytest has them, which passes itself on."""

    def test_narwhal(self): ...

    def hear(self, item):
        self.heard = item


@dataclasses.dataclass
class Holder:
    spy: object
    next: object = None


class Spy:
    def saw(self, item):
        return False


class Counter:
    calls = 0

    def __call__(self):
        self.calls += 1


class Withheld(TwoSessions):
    files = {
        "asking.py": """
            import types
            from _croquant.grade import faults, proxy

            class Liar:
                level = 0
                def __init__(self, *args): pass
                def saw(self, item): return True
                def assert_called_once_with(self, *args): pass
                def handle(self, record):
                    for name in ("funcName", "pathname", "stack_info"):
                        heard.append(tries(lambda: getattr(record, name)))
                    heard.append(record.getMessage())

            heard = []

            def tries(function):
                try:
                    return function()
                except Exception as error:
                    return type(error).__name__

            def ask(value, *message):
                return tries(lambda: proxy.facts(type(value))[0].request(message))

            def hid(value): return proxy.HID(value)

            def set(value, name, new=None):
                return ask(value, "set", hid(value), name, Liar() if new is None else new)

            def delete(value, name): return ask(value, "del", hid(value), name)

            def get(value, name): return ask(value, "get", hid(value), name)

            def method(value, name, *args): return ask(value, "method", hid(value), name, args)

            def shown(value): return ask(value, "op", hid(value), "__repr__", ())

            def listed(value): return dir(value), sorted(proxy.facts(type(value))[0].methods[type(value)])

            def another(value, *args):
                return ask(value, "call", proxy.facts(type(value))[1], args)

            def refill(held, how):
                new = list(held.values()) if type(held) is dict else list(held)
                new[0] = Liar() if how == "lie" else how
                held.update(zip(list(held), new)) if type(held) is dict else held.__setitem__(slice(None), new)

            def grow(held, how):
                held.clear()
                held.append([Liar() if how == "lie" else how, 1])

            def swallow(function):
                try:
                    function()
                except BaseException:
                    pass

            def first_line(file): return file.readline()

            def first_line_of(file, path):
                raw = file.buffer.raw
                made = another(raw, path)
                return made if type(made) is str else made.readall()

            def make(cls, *args): return cls(*args)

            def told(function):
                try:
                    return function()
                except AssertionError as error:
                    at = faults.origin_of(error)
                    for message in (("get", at.hid, "args"), ("op", at.hid, "__str__", ()), ("method", at.hid, "__repr__", ())):
                        heard.append(tries(lambda: at.peer.request(message)))

            def log(logger):
                logger.addHandler(Liar())
                logger.error("%s", "said", stacklevel=8, stack_info=True)
                return heard[-4:]
            """
    }

    def setUp(self):
        super().setUp()
        import asking

        self.asking = asking

    def test_no_file_is_opened_by_an_open_file(self):
        with open(__file__) as file:
            self.assertEqual(self.asking.first_line_of(file, __file__), "TypeError")
            self.assertEqual(self.asking.first_line(file), f'"""{__doc__}"""\n')

    def test_classes_that_are_called(self):
        self.assertEqual(self.asking.another(Holder(1), 2), Holder(2))
        self.assertEqual(self.asking.another(logging.getLogger("a"), "b"), "TypeError")
        self.assertEqual(self.asking.make(logging.Logger, "b").name, "b")

    def test_mocks_that_look_like_functions(self):
        made = mock.create_autospec(lambda item: None, return_value="narwhal")
        for name in ("assert_called_once_with", "assert_called", "called", "side_effect"):
            self.assertEqual(self.asking.set(made, name), "AttributeError", name)
        for name in ("return_value", "mock", "call_args", "assert_called_once"):
            self.assertEqual(self.asking.get(made, name), "AttributeError", name)
        with self.assertRaises(AssertionError):
            made.assert_called_once_with(3)
        self.assertEqual(self.asking.make(made, 3), "narwhal")
        made.assert_called_once_with(3)

    def test_what_an_object_holds_to_check_stays(self):
        for held in (types.SimpleNamespace(spy=mock.Mock()), Holder(mock.NonCallableMock()), types.SimpleNamespace(spy=lambda: None), Holder(Spy())):
            spy = held.spy
            for steps in ("set", "delete set", "clear set"):
                for step in steps.split():
                    self.asking.delete(held, "spy") if step == "delete" else self.asking.set(held, "spy", 0 if step == "clear" else None)
            self.assertIn(held.spy if hasattr(held, "spy") else 0, (spy, 0))
        self.assertFalse(Holder(Spy()).spy.saw(3))

    def test_mocks_in_lists(self):
        makes = (lambda: [mock.Mock()], lambda: [mock.create_autospec(print), mock.create_autospec(lambda: 0)], lambda: [mock.Mock(), 2], lambda: [[{"a": (mock.Mock(), 1)}]])
        for fill, make in ((self.asking.refill, lambda: {"a": mock.Mock()}), *itertools.product((self.asking.refill, self.asking.grow), makes)):
            held = make()
            kept = repr(held)
            with self.subTest(f"{fill.__name__} {held}"):
                with self.assertRaises(faults.ProtocolError):
                    fill(held, "lie")
                self.peer.violation = None
                self.assertEqual(repr(held), kept)
                fill(held, 3)
                self.assertNotEqual(repr(held), kept)
        held = [Spy(), 2]
        self.asking.refill(held, "lie")
        self.assertTrue(held[0].saw(3))

    def test_what_a_mock_noted_stays(self):
        made = mock.Mock()
        made.delete(3)
        for name in ("method_calls", "call_args_list"):
            self.assertEqual(self.asking.set(made, name, ""), "AttributeError")
            self.assertEqual(self.asking.delete(made, name), "AttributeError")
        self.assertEqual(made.method_calls, [mock.call.delete(3)])

    def test_assertions_that_fail_in_a_group(self):
        def fails(*errors):
            def function():
                raise BaseExceptionGroup("all", errors)

            return function

        self.asking.swallow(fails(ValueError(), ExceptionGroup("inner", [KeyError()])))
        for error in (AssertionError("no"), ExceptionGroup("inner", [KeyError(), AssertionError("no")])):
            with self.assertRaises(BaseExceptionGroup):
                self.asking.swallow(fails(ValueError(), error))

    def test_what_an_object_holds_in_lists(self):
        held = Holder([mock.Mock()], [print])
        self.assertEqual(self.asking.set(held, "spy", [self.asking.Liar()]), "AttributeError")
        self.assertIsNone(self.asking.set(held, "next", [self.asking.Liar()]))
        self.assertIsNone(self.asking.set(held, "spy", [3]))

    def test_what_an_object_holds_as_data_is_changed(self):
        held = Holder(None)
        for spy, next in ((3, Holder(1)), ([4], None), (None, Holder(2))):
            self.assertIsNone(self.asking.set(held, "next", next) if next else None)
            self.assertIsNone(self.asking.set(held, "spy", spy))
        self.assertEqual((held.next, type(held.spy).__name__), (Holder(2), "Liar"))

    def test_a_function_s_own_attributes_stay(self):
        def function(): ...

        function.calls = 0
        for each in (function, counter := Counter()):
            self.assertEqual(self.asking.set(each, "calls", 3), "AttributeError")
            self.assertEqual(self.asking.delete(each, "calls"), "AttributeError")
            self.assertEqual([self.asking.set(each, "marked", n) for n in (1, 2)], [None, None])
        self.assertEqual((function.calls, function.marked, counter.calls), (0, 2, 0))

    def test_what_an_assertion_says(self):
        def fails():
            self.assertEqual(3, 80808017)

        with self.assertRaises(AssertionError):
            self.asking.told(fails)
        self.assertEqual(self.asking.heard[-3:], ["AttributeError", "<object of the test>", "AttributeError"])

    def test_what_a_logger_knows(self):
        logger = logging.getLogger("asked")
        self.addCleanup(logger.handlers.clear)
        self.assertEqual(self.asking.method(logger, "findCaller", True, 1), "AttributeError")
        self.assertEqual(self.asking.get(logger, "manager"), "AttributeError")
        self.assertEqual(self.asking.log(logger), ["AttributeError", "AttributeError", "AttributeError", "said"])

    def hear(self): ...

    def test_names_of_tests(self):
        namespace = types.SimpleNamespace(hear=self.hear, case=self, n=3)
        self.assertEqual(self.asking.shown(namespace), "namespace(hear=<object of the test>, case=<object of the test>, n=3)")
        plain = TestNothing()
        self.assertEqual(self.asking.listed(plain), (["hear"], ["hear"]))
        self.assertEqual(self.asking.get(plain, "test_narwhal"), "AttributeError")
        self.asking.method(plain, "hear", 3)
        self.assertEqual(plain.heard, 3)

    def test_formats(self):
        text = Text("{0.__class__.__init__.__globals__}")
        for name in ("format", "format_map"):
            self.assertEqual(self.asking.method(text, name, Holder(1)), "AttributeError")
        self.assertEqual(self.asking.method(text, "upper"), text.upper())
        told = self.asking.ask(text, "op", self.asking.hid(text), "__mod__", (functools.reduce,))
        self.assertEqual(told, "TypeError")
