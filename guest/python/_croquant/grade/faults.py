"""Exceptions across: the standard library's are the same class on the other side, the submission's own become classes with the same bases.

A submission cannot raise what would end the checker or count as a test's outcome: `SystemExit` and its like become classes of ours,
and a class that is on no list, such as `unittest.SkipTest`, is one of the submission's own that only has its name.
"""

import asyncio
import re

from . import names
from .values import Malformed, check

ORIGIN = "_croquant_origin"
LONGEST_CHAIN = 16
LOCALS = re.compile(r"[\w.<>]*<locals>\.")
CALLED = re.compile(r"[\w.<>]+\(\)")
MEMBERS = "errno strerror filename filename2 code value name path msg lineno offset text object start end reason encoding".split()


class PeerError(BaseException):
    """What no test can catch by mistake: the other side is no longer to be trusted, or no longer there."""


class ProtocolError(PeerError):
    """The submission's side has sent what no honest one does."""


class Ended(PeerError):
    """The submission's side has ended."""


class RemoteSystemExit(SystemExit):
    """The submission called `sys.exit`, or the like."""


class RemoteInterrupt(BaseException):
    """The submission raised `KeyboardInterrupt`."""


class RemoteGeneratorExit(BaseException):
    """The submission raised `GeneratorExit`."""


class RemoteCancelled(BaseException):
    """The submission raised `asyncio.CancelledError`."""


CONTROL = {
    "SystemExit": (SystemExit, RemoteSystemExit),
    "KeyboardInterrupt": (KeyboardInterrupt, RemoteInterrupt),
    "GeneratorExit": (GeneratorExit, RemoteGeneratorExit),
    "CancelledError": (asyncio.CancelledError, RemoteCancelled),
}
for _name, (_plain, _ours) in CONTROL.items():
    _ours.__name__ = _ours.__qualname__ = _name
    _ours.__module__ = _plain.__module__
PLAIN_CONTROL = {id(plain): name for name, (plain, _) in CONTROL.items()}


class Origin:
    """In the dictionary of an exception that came from the other side: which one it is there. Lives as long as the exception."""

    __slots__ = ("__weakref__", "hid", "peer")


def origin_of(exception):
    origin = BaseException.__getattribute__(exception, "__dict__").get(ORIGIN)
    return origin if type(origin) is Origin else None


def is_remote(exception):
    """Whether the submission raised it."""
    return isinstance(exception, BaseException) and origin_of(exception) is not None


def instead(exception):
    """What is raised in the place of a `StopIteration` that is none, as Python does in generators."""
    made = RuntimeError(f"the submission raised {type(exception).__name__}")
    made.__cause__ = exception
    vars(made)[ORIGIN] = origin_of(exception)
    return made


def told_class(cls):
    """How a class that both sides have is named, or None."""
    if id(cls) in PLAIN_CONTROL:
        return ("e", "control", PLAIN_CONTROL[id(cls)])
    if names.is_shared_exception(cls):
        return ("e", cls.__module__, cls.__name__)
    return None


def shared_class(module, name, plain):
    """The class that is told so. `plain`: control exceptions are themselves, on the side where they may be."""
    check(module, str), check(name, str)
    if module == "control" and name in CONTROL:
        return CONTROL[name][0 if plain else 1]
    found = names.exception_class(module, name)
    if found is None:
        raise Malformed("an exception that is on no list")
    return found


def tell(exception, hid, told, full):
    """An exception as a tuple. `full`: with what it carries; else its arguments alone, and not those of an assertion."""
    args = BaseException.args.__get__(exception)
    if not full:
        args = () if isinstance(exception, AssertionError) else tuple(scrubbed(exception, arg) for arg in args)
        return ("x", hid, told, args, (), None, {})
    notes = getattr(exception, "__notes__", ())
    notes = tuple(note for note in notes if type(note) is str) if type(notes) is list else ()
    return ("x", hid, told, args, notes, cause_of(exception), extras_of(exception))


def scrubbed(exception, arg):
    """Without the names of the test's functions, which Python puts into what it says."""
    if type(arg) is not str:
        return arg
    arg = LOCALS.sub("", arg)
    return CALLED.sub("function()", arg) if isinstance(exception, TypeError) else arg


def cause_of(exception):
    """Its cause, unless the chain is endless."""
    link = exception
    for _ in range(LONGEST_CHAIN):
        link = link.__cause__
        if link is None:
            return exception.__cause__
    return None


def extras_of(exception):
    extras = {}
    for name in MEMBERS:
        member = getattr(type(exception), name, None)
        if type(member).__name__ in {"member_descriptor", "getset_descriptor"}:
            try:
                value = member.__get__(exception)
            except Exception:
                continue
            if value is not None:
                extras[name] = value
    for name, value in vars(exception).items():
        if type(name) is str and not name.startswith("_"):
            extras[name] = value
    return extras


def make(cls, args, notes, cause, extras):
    """An exception of that class, which is on a list or was made by us, from what the other side told."""
    check(args, tuple), check(notes, tuple), check(extras, dict)
    made = new(cls, args)
    made.args = args
    for note in notes:
        made.add_note(check(note, str))
    if cause is not None:
        if not isinstance(cause, BaseException):
            raise Malformed("a cause that is no exception")
        made.__cause__ = cause
    for name, value in extras.items():
        if check(name, str).startswith("_"):
            raise Malformed("a private attribute of an exception")
        if name == "name" and issubclass(cls, (NameError, AttributeError)):
            continue  # a traceback would look for similar names, among the test's
        if name == "object" and issubclass(cls, UnicodeError) and type(value) is not (bytes if issubclass(cls, UnicodeDecodeError) else str):
            continue  # `str` would read what lies in memory after it, without a look at its type
        try:
            member = type.__getattribute__(cls, name)
        except AttributeError:
            member = None
        if member is None or type(member).__name__ in {"member_descriptor", "getset_descriptor"} and name in MEMBERS:
            try:
                BaseException.__setattr__(made, name, value)
            except (AttributeError, TypeError, ValueError, OverflowError):
                pass  # an honest one would have been accepted; this one has no such attribute
    return made


def new(cls, args):
    allocate = type.__getattribute__(cls, "__new__")
    try:
        made = allocate(cls, *args)
    except Exception:
        made = allocate(cls)
    if type(made) is not cls:  # `OSError` chooses a class of its own by the number
        made = allocate(cls)
    if type(made) is not cls:
        raise Malformed("an exception that cannot be made")
    initialise = type.__getattribute__(cls, "__init__")
    try:
        initialise(made, *args)
    except Exception:
        pass  # its arguments are what it was made with no longer: `args` is set all the same
    return made
