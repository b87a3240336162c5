"""Stand-ins for objects of the other side. Each remote class has a class here, with the special methods that the remote one has.

What is asked of a stand-in is asked of the object; what C itself can decide, it decides: a stand-in never equals data.
"""

import types

from . import faults, names

# What Python shall see as the class of a stand-in, by the kind of the object.
SEEN_AS = {
    "generator": types.GeneratorType,
    "function": types.FunctionType,
    "async function": types.FunctionType,
    "builtin": types.BuiltinFunctionType,
    "module": types.ModuleType,
}
FUNCTIONS = frozenset(("function", "async function", "builtin"))
KINDS = frozenset((*SEEN_AS, "object", "tuple", "exception"))

# Looked up here and not there: what Python's own machinery asks of any object, and what must not leave this side.
LOCAL = frozenset("__class__ __reduce__ __reduce_ex__ __getstate__ __copy__ __deepcopy__ __init_subclass__ __subclasshook__".split())
LOCAL_OF_CLASS = (
    LOCAL
    | names.SPECIAL
    | frozenset(
        "__mro__ __bases__ __base__ __name__ __qualname__ __module__ __subclasses__ __new__ mro __basicsize__ __flags__ "
        "__instancecheck__ __subclasscheck__ __abstractmethods__ __prepare__ __getattr__ __type_params__ __get__".split()
    )
) - {"__abstractmethods__"}
# In the place of a handle, for classes that have no like on the other side.
ROOT = 0

LOCAL_OF_MODULE = frozenset("__spec__ __loader__ __package__ __path__ __cached__ __name__ __file__".split())


class Proxy:
    """A stand-in. `HID` tells which object it stands for."""

    __slots__ = ("__weakref__", "_hid")


HID = Proxy.__dict__["_hid"].__get__
SET_HID = Proxy.__dict__["_hid"].__set__


class RemoteType(type):
    """The class of classes that stand for the other side's."""

    def __new__(meta, name, bases, namespace, **options):
        return next(facts(base)[0] for base in bases if issubclass(type(base), RemoteType)).derive(name, bases, namespace, options)

    def __init__(cls, name, bases, namespace, **options):
        pass

    def __call__(cls, /, *args, **options):
        peer, cid = facts(cls)
        made = peer.call(cid, args, options)
        if peer.trust.knows(cls):
            peer.trust.vouch(made)
        return made

    def __getattribute__(cls, name):
        if name in LOCAL_OF_CLASS:
            return type.__getattribute__(cls, name)
        peer, cid = facts(cls)
        if cid == ROOT:
            return type.__getattribute__(cls, name)
        if name == "__signature__":
            return peer.signature(cls)
        if name == "__dict__":
            return Members(cls)
        value = peer.request(("get", cid, name))
        peer.trust.name(name, value)
        return value

    def __setattr__(cls, name, value):
        peer, cid = facts(cls)
        peer.request(("set", cid, name, value))

    def __delattr__(cls, name):
        peer, cid = facts(cls)
        peer.request(("del", cid, name))

    def __dir__(cls):
        peer, cid = facts(cls)
        return peer.request(("dir", cid))

    def __repr__(cls):
        return f"<class '{cls.__module__}.{cls.__qualname__}'>"

    def __instancecheck__(cls, value):
        if type.__instancecheck__(cls, value):
            return True
        peer, cid = facts(cls)
        return peer.hid_of(value) is not None and peer.request(("isinstance", value, cid)) is True

    def __subclasscheck__(cls, other):
        if type.__subclasscheck__(cls, other):
            return True
        peer, cid = facts(cls)
        return issubclass(type(other), RemoteType) and facts(other)[0] is peer and peer.request(("issubclass", other, cid)) is True

    def __reduce_ex__(cls, version):
        raise TypeError("a class of the submission cannot be pickled")


def facts(cls):
    """Whose class it is, and which."""
    return type.__getattribute__(cls, "_croquant_facts")


class Members:
    """The dictionary of a class: special methods are those of the stand-ins, all else is asked for."""

    def __init__(self, cls):
        self.cls = cls

    def __contains__(self, name):
        if name in names.SPECIAL:
            return name in type.__dict__["__dict__"].__get__(self.cls)
        peer, cid = facts(self.cls)
        return peer.request(("member", cid, name)) is True

    def __getitem__(self, name):
        peer, cid = facts(self.cls)
        return peer.request(("get", cid, "__dict__"))[name]

    def get(self, name, default=None):
        return self[name] if name in self else default

    def keys(self):
        peer, cid = facts(self.cls)
        return list(peer.request(("get", cid, "__dict__")))

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.keys())

    def items(self):
        return [(name, self[name]) for name in self.keys()]


class Method:
    """A method of a stand-in's, called in one message. It is looked up when it is called."""

    __slots__ = ("_name", "_of", "_peer")

    def __init__(self, peer, of, name):
        self._peer, self._of, self._name = peer, of, name

    def __call__(self, /, *args, **options):
        return self._peer.call_method(self._of, self._name, args, options)

    def __getattr__(self, name):
        return getattr(real(self), name)

    def __eq__(self, other):
        return type(other) is Method and self._of is other._of and self._name == other._name

    def __hash__(self):
        return hash((id(self._of), self._name))

    def __repr__(self):
        return f"<method {self._name} of the submission>"

    __doc__ = property(lambda self: real(self).__doc__)
    __name__ = property(lambda self: self._name)
    __signature__ = property(lambda self: real(self).__signature__)


STAND_INS = (Proxy, RemoteType, Method)


def is_stand_in(value):
    """Whether it is the other side's: an object, a class, or a method of one."""
    return issubclass(type(value), STAND_INS)


def real(method):
    """The bound method itself, as a handle."""
    return method._peer.request(("get", HID(method._of), method._name))


def root(peer):
    """The class that all stand-ins of a peer's have as a base."""
    request, methods = peer.request, peer.methods

    def __getattribute__(self, name):
        cls = type(self)
        if name in methods[cls]:
            return Method(peer, self, name)
        if name in LOCAL or name in names.SPECIAL:
            if name == "__class__":
                return SEEN_AS.get(peer.kinds[cls], cls)
            return object.__getattribute__(self, name)
        if name == "__signature__":
            return peer.signature(self)
        if name == "_is_coroutine_mark":
            return peer.coroutine_mark(self)
        value = request(("get", HID(self), name))
        peer.trust.name(name, value)
        if name in names.DECIDING and peer.guarded and issubclass(type(value), Proxy):
            return Method(peer, self, name)
        return value

    def __setattr__(self, name, value):
        request(("set", HID(self), name, value))

    def __delattr__(self, name):
        request(("del", HID(self), name))

    def __dir__(self):
        return request(("dir", HID(self)))

    def __copy__(self):
        return request(("copy", HID(self), False))

    def __deepcopy__(self, memo):
        return request(("copy", HID(self), True))

    def __reduce_ex__(self, version):
        raise TypeError("an object of the submission cannot be pickled")

    defined = dict(locals())
    namespace = {name: value for name, value in defined.items() if name.startswith("__")}
    namespace |= {name: peer.forward(name) for name in names.TEXT}
    namespace |= {"__slots__": (), "__reduce__": __reduce_ex__, "_croquant_facts": (peer, ROOT)}
    cls = type.__new__(RemoteType, "object", (Proxy,), namespace)
    methods[cls], peer.kinds[cls] = frozenset(), "object"
    return cls


def bound_to(function, instance, owner=None):
    """A function in a class is a method of its objects: `__get__` of stand-ins for functions."""
    return function if instance is None else types.MethodType(function, instance)


def module_root(peer, base):
    """Modules: functions and classes that were looked up once are known, until the test sets another in their place."""
    request = peer.request

    def members(self):
        return peer.members.setdefault(HID(self), {})

    def __getattribute__(self, name):
        found = members(self).get(name)
        if found is not None:
            return found
        if name == "__class__":
            return types.ModuleType
        if name in LOCAL_OF_MODULE and (HID(self), name) in peer.module_facts:
            return peer.module_facts[HID(self), name]
        if name in LOCAL or name in names.SPECIAL:
            return object.__getattribute__(self, name)
        value = request(("get", HID(self), name))
        cls = type(value)
        if issubclass(cls, RemoteType):
            peer.trust.name(name, value)
        elif peer.kinds.get(cls) not in FUNCTIONS:
            return value
        members(self)[name] = value
        return value

    def __setattr__(self, name, value):
        if name in LOCAL_OF_MODULE:
            peer.module_facts[HID(self), name] = value
            return
        if peer.kinds.get(type(value)) == "module" and value.__name__ == f"{self.__name__}.{name}":
            return  # the import system enters a submodule: it is in its package already
        members(self).pop(name, None)
        request(("set", HID(self), name, value))

    def __delattr__(self, name):
        members(self).pop(name, None)
        request(("del", HID(self), name))

    namespace = {"__getattribute__": __getattribute__, "__setattr__": __setattr__, "__delattr__": __delattr__}
    cls = type.__new__(RemoteType, "module", (base,), {**namespace, "__slots__": (), "_croquant_facts": (peer, ROOT)})
    peer.methods[cls], peer.kinds[cls] = frozenset(), "module"
    return cls


def hid_of_exception(exception):
    return faults.origin_of(exception).hid


def getattr_of_exception(peer):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return peer.request(("get", hid_of_exception(self), name))

    return __getattr__
