"""A class that a test derives from one of the submission's: `class Circle(Shape): …`. It is made on the submission's side, with the test's functions.

Its objects live there, like all of the submission's; its methods run here. `super()` asks the submission for what comes after the class.
"""

import types

from . import proxy

# Of a class's namespace: what Python has put there for itself.
OF_PYTHON = frozenset("__module__ __qualname__ __classcell__ __classdictcell__ __firstlineno__ __static_attributes__ __type_params__".split())
SHARED_BASES = (object,)
KINDS = {"classmethod": classmethod, "staticmethod": staticmethod}


def make(peer, name, bases, namespace, options):
    """The stand-in for the class that the submission's side makes."""
    members = {key: member(value) for key, value in namespace.items() if key not in OF_PYTHON}
    for base in bases:
        if not issubclass(type(base), proxy.RemoteType) and base not in SHARED_BASES:
            raise TypeError(f"a class of the submission cannot be subclassed together with {base.__name__!r}\nhint: derive from one of them only")
    made = peer.request(("subclass", name, tuple(bases), members, options))
    if not issubclass(type(made), proxy.RemoteType):
        raise peer.violate("a class that is none")
    peer.trust.name("Derived", made)
    if "__classcell__" in namespace:
        namespace["__classcell__"].cell_contents = made
    return made


def member(value):
    """As it is told: what binds in a class in a way of its own by its parts."""
    if type(value) is property:
        return ("property", value.fget, value.fset, value.fdel)
    if type(value) in {classmethod, staticmethod}:
        return (type(value).__name__, value.__func__)
    return ("value", value)


class Super:
    """What `super()` gives in a method of such a class."""

    __slots__ = ("_ask",)

    def __init__(self, peer, cls, value):
        held = peer.request(("super", cls, value))
        object.__setattr__(self, "_ask", lambda name: peer.request(("get", proxy.HID(held), name)))

    def __getattribute__(self, name):
        return object.__getattribute__(self, "_ask")(name)


def super_of(cls, value):
    """`super(cls, value)`, in test modules."""
    if not issubclass(type(cls), proxy.RemoteType):
        return super(cls, value)
    return Super(proxy.facts(cls)[0], cls, value)


# The submission's side.


def build(name, bases, members, options):
    """The class itself."""
    made = {"__module__": bases[0].__module__}
    for key, (kind, *parts) in members.items():
        made[key] = property(*parts) if kind == "property" else KINDS[kind](*parts) if kind in KINDS else parts[0]
    return types.new_class(name, bases, options, lambda namespace: namespace.update(made))
