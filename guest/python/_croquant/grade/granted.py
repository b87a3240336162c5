"""What the submission may do with the test's objects besides calling them: see what a decorator copies, change what a test made to be changed.

A linked list's node that the test defines is relinked, a function that is wrapped gives its name. What checks, or leads to what does, is out of reach:
methods cannot be replaced, nor functions and mocks that an object holds; mocks take nothing but plain data, classes take nothing.
"""

import collections
import copy
import functools
import inspect
import re
import sys
import types
import unittest

from . import faults, names
from .values import Malformed, check

# Of a function: what `functools.wraps` copies, and what a decorator that checks types looks at.
OF_FUNCTIONS = frozenset("__name__ __qualname__ __doc__ __annotations__".split())
FUNCTIONS = (types.FunctionType, types.MethodType)
WITH_SIGNATURE = (*FUNCTIONS, functools.partial, type)
MARKS = ("croquant", "pytest")
PLAIN = (int, float, complex, bool, str, bytes, type(None))
HEAP_TYPE = 1 << 9
HOLDING = (list, tuple, dict, set, frozenset, collections.deque)
NOTHING = object()
# Of the standard library's objects, by the top of the module: what opens this session's files, or tells which of the test's code runs.
WITHHELD = {
    "asyncio": "get_stack print_stack", "_asyncio": "get_stack print_stack", "configparser": "read", "tarfile": "add extract extractall gettarinfo",
    "logging": "findCaller manager funcName pathname filename module lineno stack_info exc_text", "urllib": "open", "xml": "parse write",
    "zipfile": "write extract extractall mkdir",
}  # fmt: skip
WITHHELD = {module: frozenset(listed.split()) for module, listed in WITHHELD.items()}
# What a mock tells the test, and how the test prepares it: the submission has only what it would have of the real object.
OF_MOCKS = frozenset(
    "assert_any_call assert_called assert_called_once assert_called_once_with assert_called_with assert_has_calls assert_not_called "
    "assert_any_await assert_awaited assert_awaited_once assert_awaited_once_with assert_awaited_with assert_has_awaits "
    "assert_not_awaited attach_mock await_args await_args_list await_count call_args call_args_list call_count called configure_mock "
    "method_calls mock_add_spec mock_calls reset_mock return_value side_effect".split()
)
OPTIONS_OF_THE_STACK = frozenset(("stack_info", "stacklevel"))
# The name of a test, in the `repr` of what belongs to it.
OF_TESTS = re.compile(r"<bound method [\w.<>]+ of <[^<>]*>>|<[\w.]+ testMethod=\w+>")


def refuse(name):
    raise AttributeError(f"an object of the test has no attribute {name[:80]!r} for the submission")


def special(value, name):
    """A special method as an operator finds it: in the class, bound if what is there binds. A mock that is set there is called without the object."""
    cls = type(value)
    for owner in cls.__mro__:
        if name in vars(owner):
            found = vars(owner)[name]
            bind = getattr(type(found), "__get__", None)
            return found if bind is None else bind(found, value, cls)
    raise TypeError(f"the object has no {name}")


def at_exit(name, args):
    """What a context manager of the test's is told: the class of its exception, which the submission knew as one of the standard library's."""
    if name in {"__exit__", "__aexit__"} and len(args) == 3 and isinstance(args[1], BaseException) and not faults.is_remote(args[1]):
        return type(args[1]), args[1], args[1].__traceback__
    return args


def is_withheld(cls, name):
    """Whether it is nothing for the submission, of an object of that class. The tests of a plain class of tests are not."""
    if name.startswith("test_") and any(base.__name__.startswith("Test") for base in cls.__mro__):
        return True
    return any(name in WITHHELD.get(top_of(base), ()) for base in cls.__mro__)


def called(peer, hid):
    """What the submission calls. It has a handle of the class of each object that it was handed: one of the standard library's,
    as that of an open file's, is only called if the test has passed it."""
    value = peer.own(hid)
    if isinstance(value, type) and id(value) not in peer.offered and not is_of_test(value):
        raise TypeError("the submission cannot call this class of the test's")
    return value


def options_for(function, options):
    """Without those by which a logger would tell who calls it."""
    for name in check(options, dict):
        check(name, str)
    if options and getattr(function, "__module__", None) == "logging":
        return {name: value for name, value in options.items() if name not in OPTIONS_OF_THE_STACK}
    return options


def scrubbed(value):
    """Text without the names of the test's functions, which a `repr` has."""
    if type(value) is str and "<" in value:
        return OF_TESTS.sub("<object of the test>", faults.LOCALS.sub("", value))
    return value


def of_function(function, name):
    """An attribute of a function of the test's; `AttributeError` for all that leads on from there."""
    plain = getattr(function, "__func__", function)
    if type(plain) is not types.FunctionType or plain.__name__.startswith("test") or is_of_case(function) or is_mocked(plain) and name not in OF_FUNCTIONS:
        refuse(name)
    if name == "__qualname__":
        return faults.LOCALS.sub("", plain.__qualname__)
    if name in OF_FUNCTIONS:
        return getattr(plain, name)
    found = vars(plain).get(name, NOTHING)
    if found is NOTHING or names.hidden(name) or name.startswith(MARKS):
        refuse(name)
    return found


def is_of_case(function):
    return isinstance(getattr(function, "__self__", None), unittest.TestCase)


def is_made_by_test(value):
    """Whether it is an object of a class that the test defines, or a namespace of its own."""
    return is_of_test(type(value))


def is_of_test(cls):
    """Whether the test defines that class, or makes namespaces of its own by it."""
    if cls is types.SimpleNamespace:
        return True
    return bool(cls.__flags__ & HEAP_TYPE) and top_of(cls) not in sys.stdlib_module_names and top_of(cls) not in {"_croquant", "pytest", "croquant"}


def top_of(cls):
    """The top of the module's name where a class was defined."""
    module = type.__getattribute__(cls, "__module__")
    return module.partition(".")[0] if type(module) is str else "builtins"


def is_mock(value):
    mock = sys.modules.get("unittest.mock")
    return mock is not None and isinstance(value, mock.NonCallableMock)


def is_mocked(function):
    """Whether it is one of `create_autospec`'s: a mock that looks like a function."""
    return is_mock(vars(function).get("mock"))


def may_change(peer, value, name, new):
    """Whether the submission may set an attribute: of data, never in the place of what a class defines, or of what checks. Of what it can
    call, only attributes that are new: the others may count the calls."""
    if names.hidden(check(name, str)) or name.startswith(MARKS):
        return False
    if is_mock(value):
        return type(new) in PLAIN and not hasattr(type(value), name) and name not in OF_MOCKS
    if type(value) is types.FunctionType:
        return not value.__name__.startswith("test") and not is_mocked(value) and first(peer, value, name) is NOTHING
    if not is_made_by_test(value):
        return False
    found = inspect.getattr_static(type(value), name, None)
    if not isinstance(found, (property, types.MemberDescriptorType)) and (callable(found) or hasattr(type(found), "__get__")):
        return False
    before, now = first(peer, value, name), current(value, name)
    if callable(value) and before is not NOTHING:
        return False
    return may_replace(peer, before, new) and may_replace(peer, now, new)


def first(peer, value, name):
    """What an attribute was before the submission changed it. What it sets itself, step by step, allows it no more."""
    return peer.before.setdefault((id(value), name), (value, current(value, name)))[1]


def current(value, name):
    """What an attribute is now, without asking the test's code."""
    own = vars(value) if hasattr(value, "__dict__") else {}
    if name in own or type(value) is types.FunctionType:
        return own.get(name, NOTHING)
    found = inspect.getattr_static(type(value), name, NOTHING)
    if not isinstance(found, types.MemberDescriptorType):
        return found
    try:
        return found.__get__(value)
    except AttributeError:
        return NOTHING


def may_replace(peer, old, new):
    """Whether the submission may put something else in that one's place: what it would put there could say anything of itself."""
    if old is NOTHING or peer.hid_of(old) is not None:
        return True
    if not may_refill(peer, old, new):
        return False
    return not callable(old) and not is_mock(old) and (not is_made_by_test(old) or peer.hid_of(new) is None)


def may_refill(peer, old, new):
    """Whether lists and the like may become others: not where objects of the submission's would come to a mock of the test's."""
    before = list(parts(old))
    if not any(is_mock(part) or type(part) is types.FunctionType and is_mocked(part) for part in before):
        return True
    known = set(map(id, before))
    return all(id(part) in known or peer.hid_of(part) is None for part in parts(new))


def parts(value):
    """What is in lists and the like, and in those in them; anything else is its own only part."""
    if isinstance(value, HOLDING):
        for each in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
            yield from parts(each)
    else:
        yield value


def do_set(peer, hid, name, value):
    of = peer.own(hid)
    if not may_change(peer, of, name, value):
        raise AttributeError(f"the submission cannot set {name[:80]!r} of an object of the test")
    setattr(of, name, value)


def do_del(peer, hid, name):
    of = peer.own(hid)
    if not may_change(peer, of, name, None) or name not in getattr(of, "__dict__", {}):
        raise AttributeError(f"the submission cannot delete {name[:80]!r} of an object of the test")
    delattr(of, name)


def do_dir(peer, hid):
    value = peer.own(hid)
    if not is_made_by_test(value):
        raise TypeError("the submission cannot list what this object of the test has")
    return sorted(name for name in dir(value) if not names.hidden(name) and not is_withheld(type(value), name))


def do_copy(peer, hid, deep):
    value = peer.own(hid)
    if not is_made_by_test(value):
        raise TypeError("the submission cannot copy this object of the test")
    return (copy.deepcopy if check(deep, bool) else copy.copy)(value)


def do_isinstance(peer, value, hid):
    return isinstance(value, class_of(peer, hid))


def do_issubclass(peer, value, hid):
    return isinstance(value, type) and issubclass(value, class_of(peer, hid))


def class_of(peer, hid):
    cls = peer.own(hid)
    if not isinstance(cls, type):
        raise Malformed("a class that is none")
    return cls


def do_signature(peer, value):
    if not isinstance(value, WITH_SIGNATURE) or is_of_case(value):
        raise TypeError("an object of the test has no signature for the submission")
    return told_signature(inspect.signature(value), withheld=True)


def told_signature(found, withheld=False):
    """A signature as data, with its defaults and annotations as values. `withheld`: the defaults are `...`, as they may be what is expected."""

    def optional(part):
        return () if part is inspect.Parameter.empty else (part,)

    def default_of(parameter):
        return (...,) if withheld and parameter.default is not inspect.Parameter.empty else optional(parameter.default)

    parameters = [(p.name, int(p.kind), default_of(p), optional(p.annotation)) for p in found.parameters.values()]
    return tuple(parameters), optional(found.return_annotation)


def do_items(peer, hid):
    value = peer.own(hid)
    if not isinstance(value, tuple):
        raise Malformed("items of what is no tuple")
    return tuple(tuple.__iter__(value))


def do_member(peer, hid, name):
    return False


operations = {
    "set": (do_set, 3, 3), "del": (do_del, 2, 2), "dir": (do_dir, 1, 1), "copy": (do_copy, 2, 2), "items": (do_items, 1, 1),
    "isinstance": (do_isinstance, 2, 2), "issubclass": (do_issubclass, 2, 2), "signature": (do_signature, 1, 1), "member": (do_member, 2, 2),
}  # fmt: skip
