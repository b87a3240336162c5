"""What of the test's never leaves its session, whoever would pass it on: what leads to the tests, and functions by which code gets at more than it
was handed.
"""

import functools
import pathlib
import types
import unittest

from .peer import Peer

# What the submission can only call: their attributes lead to the tests.
CALLABLE_ONLY = (
    types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType, types.MethodDescriptorType,
    types.WrapperDescriptorType, types.ClassMethodDescriptorType, functools.partial, functools._lru_cache_wrapper, type,
)  # fmt: skip
NEVER = (
    types.ModuleType, types.FrameType, types.TracebackType, types.CodeType, types.CellType, unittest.TestCase, unittest.TestResult, Peer,
    pathlib.PurePath,
)  # fmt: skip
NEVER_CALLED = frozenset(
    "eval exec compile open getattr setattr delattr hasattr vars globals locals dir __import__ breakpoint input print format format_map "
    "_getframe".split()
)
BUILTINS = (types.BuiltinFunctionType, types.MethodDescriptorType)
DEFINED = (type, types.FunctionType, types.BuiltinFunctionType)
MODULES_OF_THE_SYSTEM = tuple("os posix shutil importlib subprocess runpy glob tempfile io _io pathlib zipfile code codecs linecache".split())
MODULES_APART = ("_croquant", "unittest", "string", "gc", "inspect", "sys")


def check(value):
    """Refuses what may not be passed to the submission."""
    cls = type(value)
    if issubclass(cls, NEVER):
        raise TypeError(f"an object of type {cls.__name__!r} of the test cannot be passed to the submission")
    of = value if issubclass(cls, type) else cls
    apart = module_of(of) in MODULES_APART and type.__getattribute__(of, "__module__") != "unittest.mock"
    if issubclass(cls, DEFINED):
        apart = apart or module_of(value) in (*MODULES_APART, *MODULES_OF_THE_SYSTEM)
    if apart:
        raise TypeError(f"an object of type {of.__name__!r} of the test cannot be passed to the submission")
    if is_never_called(value):
        raise TypeError(f"{value.__name__!r} of the test cannot be passed to the submission")


def module_of(value):
    """The top of the module's name where a class or a function was defined."""
    module = type.__dict__["__dict__"].__get__(value).get("__module__") if issubclass(type(value), type) else value.__module__
    return module.split(".")[0] if type(module) is str else "builtins"


def is_never_called(value):
    """Whether it is a function by which the submission would get at what it was not handed: `format` of a class that derives from `str`."""
    return issubclass(type(value), BUILTINS) and value.__name__ in NEVER_CALLED and not is_method_of_data(value)


def is_method_of_data(value):
    """`[].format` and its like do not exist: a method of a list's or so only has the name of a function that is not passed on."""
    return isinstance(getattr(value, "__self__", None), (list, dict, set))
