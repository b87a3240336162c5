"""The checker's end: the submission may ask for little, and for nothing by a name that is not on a list."""

import builtins
import codecs
import contextlib
import opcode
import os
import sys
import types
import unittest

from . import derived, faults, granted, heard, names, proxy, replaced, shared, waiting, withheld
from .peer import Peer
from .values import Malformed, check

QUIET = bytes(8)
# Requests in which code of the submission runs.
RUNS = frozenset(("call", "method", "op", "op await", "await", "script"))

OF_GENERATORS = frozenset(("send", "throw", "close", "asend", "athrow", "aclose"))
GENERATORS = (types.GeneratorType, types.AsyncGeneratorType, types.CoroutineType)
# A test's own, which the submission may handle: `patch("builtins.input", side_effect=KeyboardInterrupt)`.
PASSED_ON = (SystemExit, KeyboardInterrupt)
STOPS = (StopIteration, StopAsyncIteration)
STOPPING = frozenset("__next__ __anext__ send throw asend athrow".split())
RAISE = opcode.opmap["RAISE_VARARGS"]


class Checker(Peer):
    """Made by `bridge.connect`."""

    guarded = True
    full = False
    start = 8
    loop = None

    def __init__(self, exchange):
        self.sink = None
        self.decoders = [codecs.getincrementaldecoder("utf-8")("replace") for _ in range(2)]
        self.begin()
        self.shared, self.place = None, None
        self.ran = False  # whether code of the submission's has run for the test
        self.offered = {}  # classes that the test has passed, by their identity
        self.before = {}  # what the submission has changed: (object's identity, attribute) -> (object, what was there first)

        def ask(data):
            try:
                data = exchange(data)
            except EOFError:
                raise self.end() from None
            if data.startswith(QUIET):
                return data
            return QUIET + self.show(data)

        super().__init__(ask)

    def begin(self):
        """What the test may replace is as the session has it now."""
        self.plain_input, self.plain_print = builtins.input, builtins.print
        self.printing = self.plain_print
        self.replaced = replaced.Replaced()

    def request(self, message, args=(), options={}):
        self.ran = self.ran or message[0] in RUNS
        if builtins.print is not self.printing:
            self.follow_print()
        if self.replaced.differs() and self.violation is None:
            self.replaced.tell(super().request)
        if self.shared is None or message[0] not in RUNS:
            return super().request(message, args, options)
        self.send_files()
        try:
            return super().request(message, args, options)
        finally:
            if self.violation is None:
                self.fetch_files()

    def derive(self, name, bases, namespace, options):
        return derived.make(self, name, bases, namespace, options)

    # Temporary files.

    def share(self):
        """From now on both ends have the same temporary files."""
        if self.shared is None:
            self.shared = shared.folder()

    def send_files(self):
        new, gone = self.shared.changes()
        place = shared.inside(os.getcwd())
        if new or gone or place != self.place:
            super().request(("files in", new, gone, place))
            self.place = place

    def fetch_files(self):
        told = super().request(("files out",))
        if not shared.is_changes(told):
            raise self.violate("changes of files that are none")
        try:
            self.shared.take(*told)
        except ValueError as error:
            raise self.violate(error) from None

    def import_module(self, name, again=False):
        """A module of the submission's; `again`: one that a test has taken out of `sys.modules`, so that it runs once more."""
        module = self.request(("import", name, again) if again else ("import", name))
        if self.kinds.get(type(module)) != "module":
            raise self.violate("a module that is none")
        return module

    def reload(self, module):
        self.members.pop(proxy.HID(module), None)
        self.request(("reload", module))

    def follow_print(self):
        """The test has replaced `print`, or put it back."""
        self.printing = builtins.print
        super().request(("print", self.printing is not self.plain_print))

    def show(self, data):
        """Passes on what the submission has printed; returns the message behind it."""
        for which, stream in enumerate(("stdout", "stderr")):
            size = int.from_bytes(data[:4], "little")
            if len(data) < 4 + size:
                raise self.violate("a message that is cut off")
            text = self.decoders[which].decode(data[4 : 4 + size])
            data = data[4 + size :]
            if self.sink:
                self.sink[which].append(text)
            elif text:
                with contextlib.suppress(AttributeError, OSError, ValueError):  # the test has closed it
                    getattr(sys, stream).write(text)
        return data

    # What leaves this side.

    def permit(self, value):
        withheld.check(value)
        if issubclass(type(value), type):
            self.offered[id(value)] = value
        return value

    def is_that(self, value, name):
        module, _, name = name.rpartition(".")
        return getattr(sys.modules.get(module), name, None) is value

    def naming(self, cls):
        """The names of the test's classes are the test's affair."""
        return "object", "builtins", "object"

    def told_instead(self, error):
        if faults.is_remote(error) and not isinstance(error, faults.PeerError):
            return error
        if type(error) in PASSED_ON:
            return error
        if is_outcome(error) or is_failure(error):
            self.pending = self.pending or error
        return RuntimeError("the test has ended") if is_outcome(error) else error

    def take_change(self, old, new):
        if not granted.may_refill(self, old, new):
            raise self.violate("an object of its own where a mock of the test's was")
        super().take_change(old, new)

    def raise_pending(self):
        pending, self.pending = self.pending, None
        raise pending

    def may_raise(self, exception):
        return faults.is_remote(exception) or type(exception) in PASSED_ON or not is_outcome(exception)

    def raised(self, exception, message):
        exception = super().raised(exception, message)
        if isinstance(exception, STOPS) and not stops(message):
            return faults.instead(exception)
        return exception

    def told_at_exit(self, kind, error):
        if error is None or faults.is_remote(error):
            return kind, error
        if is_outcome(error):
            error = RuntimeError("the test has ended")
        return next(base for base in type(error).__mro__ if faults.told_class(base)), error

    def may_swallow(self, error, trace):
        """Whether a `with` on the submission's object may end the exception. One that the test raises itself, with `raise`, in the `with`
        itself, or one of the submission's: all others may be what tells the test that something is wrong."""
        if faults.is_remote(error):
            return True
        if is_outcome(error) or isinstance(error, AssertionError) or trace is None or trace.tb_next is not None:
            return False
        return trace.tb_frame.f_code.co_code[trace.tb_lasti] == RAISE

    def function(self, name):
        raise Malformed("a function by its name")

    # What the submission may ask for.

    def do_call(self, hid, args, options={}):
        function = granted.called(self, hid)
        return granted.scrubbed(function(*check(args, tuple), **granted.options_for(function, options)))

    def bound(self, hid, name):
        return self.do_get(hid, name)

    def do_method(self, hid, name, args, options={}):
        function = self.do_get(hid, name)
        return granted.scrubbed(function(*check(args, tuple), **granted.options_for(function, options)))

    def do_get(self, hid, name):
        value = self.own(hid)
        cls = type(value)
        check(name, str)
        if cls in granted.FUNCTIONS:
            return granted.of_function(value, name)
        refused = names.hidden(name) or issubclass(cls, withheld.CALLABLE_ONLY)
        refused = refused or (name in granted.OF_MOCKS and granted.is_mock(value)) or granted.is_withheld(cls, name)
        if refused or issubclass(cls, AssertionError) or (issubclass(cls, GENERATORS) and name not in OF_GENERATORS):
            granted.refuse(name)
        found = getattr(value, name)
        if withheld.is_never_called(found):
            granted.refuse(name)
        return granted.scrubbed(found)

    def do_op(self, hid, name, args):
        value = self.own(hid)
        if check(name, str) not in names.SPECIAL or name == "__call__":
            raise Malformed(f"an operator that is on no list: {name[:40]!r}")
        if name in names.TEXT:
            return self.text(value, name, check(args, tuple))
        if issubclass(type(value), type):
            raise TypeError("a class of the test can only be called")
        return granted.scrubbed(granted.special(value, name)(*granted.at_exit(name, check(args, tuple))))

    def text(self, value, name, args):
        cls = type(value)
        if issubclass(cls, (*withheld.CALLABLE_ONLY, *GENERATORS, AssertionError)) or cls.__repr__ is object.__repr__ and cls.__str__ is object.__str__:
            return "<object of the test>"
        return granted.scrubbed(check_text(getattr(cls, name)(value, *args)))

    def do_await(self, hid):
        return waiting.run(self, self.own(hid))

    def do_op_await(self, hid, name, args):
        if check(name, str) not in {"__aenter__", "__aexit__", "__anext__"}:
            raise Malformed(f"an operator that is on no list: {name[:40]!r}")
        return waiting.run(self, self.do_op(hid, name, args))

    def do_stdin(self):
        return check_text(sys.stdin.readline())

    def do_input(self, *prompt):
        for text in prompt:
            check(text, str)
        if builtins.input is not self.plain_input:
            return builtins.input(*prompt)
        sys.stdout.write("".join(prompt))
        line = check_text(sys.stdin.readline())
        if not line:
            raise EOFError("EOF when reading a line")
        return line.removesuffix("\n")

    def do_print(self, values, options):
        return builtins.print(*check(values, tuple), **granted.options_for(None, options))

    operations = {
        "call": (do_call, 2, 3), "method": (do_method, 3, 4), "get": (do_get, 2, 2), "op": (do_op, 3, 3),
        "await": (do_await, 1, 1), "op await": (do_op_await, 3, 3), "stdin": (do_stdin, 0, 0), "input": (do_input, 0, 1),
        "print": (do_print, 2, 2), **granted.operations, **heard.operations,
    }  # fmt: skip


def stops(message):
    """Whether a request may be answered by `StopIteration`: elsewhere it would end a `map` of the test's, as if there were no more."""
    return message[0] in {"op", "op await", "method"} and message[2] in STOPPING


def check_text(text):
    if type(text) is not str:
        raise TypeError("what the test gave is not a string")
    return text


def is_failure(error):
    """Whether an assertion of the test's failed, by itself or in a group."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_failure(each) or is_outcome(each) for each in error.exceptions if not faults.is_remote(each))
    return isinstance(error, AssertionError)


def is_outcome(error):
    """Whether it is a test's outcome, or ends more than a test."""
    module = type(error).__module__
    return not isinstance(error, Exception) or isinstance(error, unittest.SkipTest) or module.split(".")[0] in {"_croquant", "unittest"}
