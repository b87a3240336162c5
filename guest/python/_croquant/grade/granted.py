"""What the submission may do with the test's objects besides calling them: see what a decorator copies, change what a test made to be changed.

A linked list's node that the test defines is relinked, a function that is wrapped gives its name. What checks, or leads to what does, is out of reach:
methods cannot be replaced, mocks take nothing but plain data, classes take nothing.
"""

import copy
import functools
import inspect
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
NOTHING = object()


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


def of_function(function, name):
    """An attribute of a function of the test's; `AttributeError` for all that leads on from there."""
    plain = getattr(function, "__func__", function)
    if type(plain) is not types.FunctionType or plain.__name__.startswith("test") or is_of_case(function):
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
    cls = type(value)
    if cls is types.SimpleNamespace:
        return True
    module = type.__getattribute__(cls, "__module__")
    top = module.partition(".")[0] if type(module) is str else "builtins"
    return bool(cls.__flags__ & HEAP_TYPE) and top not in sys.stdlib_module_names and top not in {"_croquant", "pytest", "croquant"}


def may_change(value, name, new):
    """Whether the submission may set an attribute: of data, never in the place of what a class defines."""
    if names.hidden(check(name, str)) or name.startswith(MARKS):
        return False
    if type(value) is types.FunctionType:
        return not value.__name__.startswith("test")
    mock = sys.modules.get("unittest.mock")
    if mock is not None and isinstance(value, mock.NonCallableMock):
        return type(new) in PLAIN and not hasattr(type(value), name) and name not in {"return_value", "side_effect"}
    if not is_made_by_test(value):
        return False
    found = inspect.getattr_static(type(value), name, None)
    if isinstance(found, (property, types.MemberDescriptorType)):
        return True
    return not callable(found) and not hasattr(type(found), "__get__")


def do_set(peer, hid, name, value):
    of = peer.own(hid)
    if not may_change(of, name, value):
        raise AttributeError(f"the submission cannot set {name[:80]!r} of an object of the test")
    setattr(of, name, value)


def do_del(peer, hid, name):
    of = peer.own(hid)
    if not may_change(of, name, None) or name not in getattr(of, "__dict__", {}):
        raise AttributeError(f"the submission cannot delete {name[:80]!r} of an object of the test")
    delattr(of, name)


def do_dir(peer, hid):
    value = peer.own(hid)
    if not is_made_by_test(value):
        raise TypeError("the submission cannot list what this object of the test has")
    return sorted(name for name in dir(value) if not names.hidden(name))


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
