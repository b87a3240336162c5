"""What an end tells of a class of its own, once per class, when it first hands out an object of it."""

import inspect
import types

from . import faults, granted, names

members_of = type.__dict__["__dict__"].__get__
METHOD_TYPES = (types.FunctionType, types.MethodDescriptorType)


class async_function:
    """Stands for the class of functions that are coroutine functions."""

    def __call__(self): ...


KINDS = {
    types.GeneratorType: "generator",
    types.FunctionType: "function",
    types.BuiltinFunctionType: "builtin",
    types.ModuleType: "module",
    async_function: "async function",
}


def kind_of(value):
    """The class that stands for an object's, where its own does not say enough."""
    if type(value) is types.FunctionType and value.__code__.co_flags & inspect.CO_COROUTINE:
        return async_function
    return None


def describe_class(peer, cls):
    """`(name, module, qualname, bases, special methods, those of its own class, methods, kind)`."""
    known = KNOWN.get(id(cls))
    if known is not None:
        return (*peer.naming(cls), (), *known)
    mro = type.__dict__["__mro__"].__get__(cls)
    is_exception = issubclass(cls, BaseException)
    bases = []
    for base in type.__dict__["__bases__"].__get__(cls):
        if is_exception and not issubclass(base, BaseException):
            continue
        told = faults.told_class(base) if is_exception else None
        if told is not None:
            bases.append(told)
        elif is_exception or base.__module__ not in BARE:
            bases.append(peer.describe(base))
    kind = "exception" if is_exception else "tuple" if issubclass(cls, tuple) else "object"
    special, meta, listed = facts(cls, mro)
    if peer.guarded:
        listed = tuple(name for name in listed if not granted.is_withheld(cls, name))
    return (*peer.naming(cls), tuple(bases), special, meta, listed, kind)


def facts(cls, mro):
    return special_methods(mro), special_methods(type(cls).__mro__), methods(mro)


# Bases of the standard library's are not told: what they define is among the special methods.
BARE = frozenset("builtins abc collections collections.abc typing enum types".split())
BASIC = frozenset((object, type, BaseException, Exception))


def special_methods(mro):
    found, seen = [], set()
    for owner in mro:
        members = members_of(owner)
        here = names.SPECIAL.intersection(members) - seen
        if owner not in BASIC:
            found += (name for name in here if members[name] is not None)
        seen |= here
    return tuple(sorted(found))


def methods(mro):
    """The names of plain methods: a call of one needs no look at the object first."""
    seen = {}
    for owner in mro:
        if owner is object:
            continue
        for name, member in members_of(owner).items():
            if name == "__getattribute__":
                return ()
            if type(name) is str and not name.startswith("__") and name not in seen:
                seen[name] = isinstance(member, METHOD_TYPES)
    return tuple(name for name, plain in seen.items() if plain)


# What is told of classes that every submission's modules have, made with the image.
KNOWN = {id(cls): (*facts(cls, cls.__mro__), kind) for cls, kind in KINDS.items()}
