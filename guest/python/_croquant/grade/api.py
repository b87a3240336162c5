"""What tests see as the module `pytest`: its functions and marks that grading has a use for."""

import contextlib
import math
import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from . import faults, proxy, shown
from .outcomes import Expected, Failed, Skipped

__version__ = "8.0 (croquant)"


class Mark:
    """A mark with its arguments."""

    def __init__(self, name, args, options):
        self.name, self.args, self.kwargs = name, args, options

    def __call__(self, *args, **options):
        if len(args) == 1 and not options and (callable(args[0]) and hasattr(args[0], "__name__")):
            return put(args[0], self)
        return Mark(self.name, args, options)

    def with_args(self, *args, **options):
        return Mark(self.name, args, options)


def put(target, mark):
    own = vars(target).get("croquant_marks", []) if isinstance(target, type) else getattr(target, "croquant_marks", [])
    target.croquant_marks = [mark, *own]
    return target


class Marks:
    """`pytest.mark`: any name is a mark."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Mark(name, (), {})


mark = Marks()


class Param:
    """One set of `parametrize`, with marks of its own."""

    def __init__(self, values, marks, id):
        self.values, self.id = values, id
        self.marks = [marks] if isinstance(marks, Mark) else list(marks)


def param(*values, marks=(), id=None):
    return Param(values, marks, id)


class Fixture:
    """A function that makes what tests ask for by its name. `over`: the fixture of the same name that it takes the place of."""

    over = None

    def __init__(self, function, name, params, ids, autouse):
        self.function, self.autouse = function, autouse
        self.name = name or function.__name__
        self.params = None if params is None else [value if isinstance(value, Param) else Param((value,), (), None) for value in params]
        self.ids = ids
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def __get__(self, instance, owner=None):
        return self

    def __call__(self, *args, **options):
        raise Failed(f"the fixture {self.name!r} is called: tests take it as an argument")


def fixture(function=None, *, scope="function", params=None, autouse=False, ids=None, name=None):
    """Scopes are all the same: each test has its own copy of the whole interpreter."""
    if function is not None:
        return Fixture(function, name, params, ids, autouse)
    return lambda function: Fixture(function, name, params, ids, autouse)


def skip(reason="", *, allow_module_level=False, msg=None):
    raise Skipped(msg or reason)


def fail(reason="", pytrace=True, msg=None):
    raise Failed(msg or reason)


def xfail(reason=""):
    raise Expected(reason)


def exit(reason="", returncode=None):
    raise Failed(f"the test ended the run: {reason}")


def importorskip(modname, minversion=None, reason=None, exc_type=ImportError):
    try:
        __import__(modname)
    except exc_type as error:
        raise Skipped(reason or f"could not import {modname!r}: {error}") from None
    return sys.modules[modname]


class ExceptionInfo:
    """What `raises` gives: the exception, once it was raised."""

    value = None
    __class_getitem__ = classmethod(lambda cls, item: cls)

    @property
    def type(self):
        return type(self.value)

    @property
    def tb(self):
        return self.value.__traceback__

    @property
    def typename(self):
        return type(self.value).__name__

    def match(self, pattern):
        text = str(self.value)
        if re.search(pattern, text) is None:
            raise AssertionError(f"the message does not match\n  pattern: {pattern!r}\n  message: {shown.value(text)}")
        return True

    def exconly(self, tryshort=False):
        return shown.message(self.value)

    def __repr__(self):
        return f"<ExceptionInfo {shown.message(self.value)}>"


class Raises(contextlib.AbstractContextManager):
    def __init__(self, expected, match, check):
        self.expected, self.match, self.check = expected, match, check
        self.info = ExceptionInfo()

    def __enter__(self):
        return self.info

    def __exit__(self, kind, error, trace):
        names = " or ".join(each.__name__ for each in (self.expected if isinstance(self.expected, tuple) else (self.expected,)))
        if error is None:
            raise Failed(f"did not raise {names}")
        if isinstance(error, faults.PeerError) or not issubclass(kind, self.expected):
            return False
        self.info.value = error
        if self.match is not None:
            self.info.match(self.match)
        if self.check is not None and not self.check(error):
            raise AssertionError(f"the check of the {names} does not hold: {shown.message(error)}")
        return True


def raises(expected_exception=BaseException, *args, match=None, check=None, **options):
    context = Raises(expected_exception, match, check)
    if not args:
        return context
    function, *rest = args
    with context as info:
        function(*rest, **options)
    return info


def warns(expected_warning=Warning, *args, match=None, **options):
    context = warning_seen(expected_warning, match)
    if not args:
        return context
    function, *rest = args
    with context:
        return function(*rest, **options)


@contextlib.contextmanager
def warning_seen(expected_warning, match):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
    fitting = [each for each in caught if issubclass(each.category, expected_warning)]
    if match is not None:
        fitting = [each for each in fitting if re.search(match, str(each.message))]
    if not fitting:
        raise Failed(f"no such warning: {expected_warning}")


@contextlib.contextmanager
def deprecated_call(*, match=None):
    with warns((DeprecationWarning, PendingDeprecationWarning, FutureWarning), match=match) as caught:
        yield caught


class Approx:
    """Equal to numbers that are near, and to collections of such."""

    __hash__ = None
    __array_ufunc__ = None

    def __init__(self, expected, rel, abs, nan_ok):
        self.expected, self.rel, self.abs, self.nan_ok = expected, rel, abs, nan_ok

    def __repr__(self):
        if isinstance(self.expected, (int, float)) and not isinstance(self.expected, bool):
            return f"{self.expected!r} ± {self.tolerance(self.expected):.2g}"
        return f"approx({self.expected!r})"

    def tolerance(self, expected):
        number = float if not isinstance(expected, Decimal) else Decimal
        absolute = number("1e-12") if self.abs is None else number(self.abs)
        if self.rel is None and self.abs is not None:
            return absolute
        relative = number("1e-6") if self.rel is None else number(self.rel)
        return max(relative * abs(expected), absolute)

    def near(self, expected, actual):
        if isinstance(expected, Mapping):
            return isinstance(actual, Mapping) and expected.keys() == actual.keys() and all(self.near(expected[key], actual[key]) for key in expected)
        if isinstance(expected, (set, frozenset)):
            return isinstance(actual, (set, frozenset)) and len(expected) == len(actual) and all(self.near(*pair) for pair in zip(sorted(expected), sorted(actual)))
        if isinstance(expected, Sequence) and not isinstance(expected, (str, bytes)):
            actual = items_of(actual)
            is_alike = isinstance(actual, Sequence) and not isinstance(actual, (str, bytes))
            return is_alike and len(expected) == len(actual) and all(self.near(*pair) for pair in zip(expected, actual))
        if isinstance(expected, bool) or type(expected) not in NUMBERS and not isinstance(expected, (int, float)):
            return bool(expected == actual)
        if isinstance(actual, bool) or type(actual) not in NUMBERS:
            return False
        if expected == actual:
            return True
        if expected != expected or actual != actual:
            return self.nan_ok and expected != expected and actual != actual
        if not isinstance(expected, complex) and math.isinf(expected):
            return False
        return bool(abs(expected - actual) <= self.tolerance(expected))

    def __eq__(self, actual):
        return self.near(self.expected, actual)

    def __ne__(self, actual):
        return not self == actual

    def __bool__(self):
        raise AssertionError("approx() is compared with ==, as in `assert value == approx(1.0)`")


def items_of(actual):
    """What a tuple of a class of the submission's holds, fetched once; anything else as it is."""
    peer = proxy.facts(type(actual))[0] if issubclass(type(actual), proxy.Proxy) else None
    if peer is None or peer.kinds[type(actual)] != "tuple":
        return actual
    return peer.request(("items", proxy.HID(actual)))


NUMBERS = frozenset((int, float, complex, Decimal, Fraction))


def approx(expected, rel=None, abs=None, nan_ok=False):
    return Approx(expected, rel, abs, nan_ok)


class Named:
    """What fixtures are called in annotations, as in `capsys: pytest.CaptureFixture[str]`."""

    __class_getitem__ = classmethod(lambda cls, item: cls)


CaptureFixture = MonkeyPatch = FixtureRequest = LogCaptureFixture = TempPathFactory = WarningsRecorder = Named


def register_assert_rewrite(*names):
    """Assertions of test modules tell their values in any case."""


def hookimpl(function=None, **options):
    """A hook of pytest's, in a `conftest.py`. There are no hooks here: it is not called."""
    return (lambda function: function) if function is None else function


def main(*args, **options):
    """`pytest.main()` at a test file's end: the tests are run anyway."""
    return 0


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(f"the grader's pytest has no {name!r}: tests here use fixtures, marks, raises, warns, approx, skip and fail")
