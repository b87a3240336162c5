"""The classes that stand for the other end's: made once per class, from what it tells, with nothing in them but forwarders of ours."""

import inspect

from . import faults, names, proxy
from .values import Malformed, check

HID = proxy.HID
LONGEST_NAME = 200


class Classes:
    """The part of a `Peer` that knows classes."""

    def prepare_classes(self):
        self.classes = {}
        self.methods, self.kinds, self.forwarders, self.metas = {}, {}, {}, {}
        self.members, self.module_facts = {}, {}
        self.makers = {
            "h": self.stand_in,
            "yours": self.own,
            "m": self.bound,
            "c": self.class_handed_over,
            "x": self.exception,
            "t": shared_type,
            "e": self.shared_exception,
            "s": shared_object,
            "f": self.function,
            "co": self.coroutine,
        }
        self.root = proxy.root(self)
        self.module_root = proxy.module_root(self, self.root)

    def shared_exception(self, module, name):
        return faults.shared_class(module, name, plain=self.full)

    def class_handed_over(self, told):
        return self.trust.arrive(self.class_of(told))

    def class_of(self, told):
        """The class here for what `describe` told there: a number, or a number and all about it."""
        if type(told) is int:
            if told not in self.classes:
                raise Malformed("a class that was not described")
            return self.classes[told]
        cid, name, module, qualname, bases, special, meta, methods, kind = check(told, tuple)
        if check(cid, int) in self.classes:
            raise Malformed("a class that was described before")
        for text in (name, module, qualname, kind):
            if len(check(text, str)) > LONGEST_NAME:
                raise Malformed("a name that is too long")
        bases = tuple(self.base_of(base) for base in check(bases, tuple))
        if cid in self.classes:
            raise Malformed("a class that is its own base")
        listed = [frozenset(check(item, str) for item in check(items, tuple)) for items in (special, meta, methods)]
        if kind not in proxy.KINDS or not listed[0] | listed[1] <= names.SPECIAL:
            raise Malformed("a class with special methods that are on no list")
        if kind == "exception":
            cls = self.exception_class(cid, name, module, qualname, bases, listed[0])
        else:
            cls = self.object_class(cid, name, module, qualname, bases, *listed, kind)
        self.classes[cid] = cls
        return cls

    def base_of(self, told):
        if type(told) is tuple and told[:1] == ("e",):
            return self.shared_exception(*told[1:])
        return self.class_of(told)

    def object_class(self, cid, name, module, qualname, bases, special, meta, methods, kind):
        for base in bases:
            if base not in self.kinds or self.kinds[base] == "exception":
                raise Malformed("a base that is no class of objects")
        namespace = {name: self.forward(name) for name in special}
        namespace |= {"__slots__": (), "__module__": module, "__qualname__": qualname, "_croquant_facts": (self, cid)}
        if kind == "tuple":
            namespace |= {"__eq__": self.forward("tuple eq"), "__ne__": self.forward("tuple ne"), "__hash__": self.forward("__hash__")}
        if kind in {"function", "async function"}:
            namespace["__get__"] = proxy.bound_to
        bases = bases or (self.module_root if kind == "module" else self.root,)
        cls = type.__new__(self.metaclass(bases, meta), name, bases, namespace)
        inherited = frozenset().union(*(self.methods[base] for base in bases))
        self.methods[cls], self.kinds[cls] = methods | (inherited if not methods else frozenset()), kind
        return cls

    def metaclass(self, bases, special):
        """`RemoteType`, with the special methods that the remote class has of its own class: `len(Colour)`."""
        metas = tuple(dict.fromkeys(type(base) for base in bases))
        extra = special - names.TEXT - {"__call__", "__eq__", "__ne__", "__hash__"}
        if not extra and len(metas) == 1:
            return metas[0]
        key = (extra, metas)
        if key not in self.metas:
            namespace = {name: self.forward(name, class_hid) for name in extra}
            self.metas[key] = type.__new__(type, "type", metas if len(metas) > 1 else (metas[0],), namespace)
        return self.metas[key]

    def exception_class(self, cid, name, module, qualname, bases, special):
        if not bases or not all(issubclass(base, BaseException) for base in bases):
            raise Malformed("an exception class whose bases are none")
        namespace = {name: self.forward(name, proxy.hid_of_exception) for name in special}
        namespace |= {"__module__": module, "__qualname__": qualname, "_croquant_facts": (self, cid)}
        namespace["__getattr__"] = proxy.getattr_of_exception(self)
        cls = type.__new__(proxy.RemoteType, name, bases, namespace)
        self.kinds[cls], self.methods[cls] = "exception", frozenset()
        return cls

    def forward(self, name, hid=HID):
        """The method of stand-ins that asks the other end for `name`."""
        key = (name, hid)
        if key not in self.forwarders:
            made = self.make_forward(name, hid)
            made.__name__ = made.__qualname__ = name
            self.forwarders[key] = made
        return self.forwarders[key]

    def make_forward(self, name, hid):
        request = self.request

        def ask(self, *args):
            return request(("op", hid(self), name, args), args)

        def operator(self, *args):
            return peer.trust.operator(self, hid(self), name, args)

        def unary(self, *args):
            return peer.trust.unary(self, hid(self), name, args)

        def contains(self, item):
            return peer.trust.contains(self, hid(self), item)

        def call(self, /, *args, **options):
            return peer.call(hid(self), args, options)

        def text(self, *args):
            said = request(("op", hid(self), name, args))
            if type(said) is not str:
                raise TypeError(f"{name} returned what is not a string")
            return said

        def number(self):
            said = request(("op", hid(self), name, ()))
            if type(said) is not int:
                raise TypeError("__hash__ method should return an integer")
            return hash(said)

        def compare(self, other):
            if peer.guarded and peer.hid_of(other) is None:
                return NotImplemented
            return request(("op", hid(self), name, (other,)), (other,))

        def tuple_equal(self, other):
            if type(other) is tuple:
                items = request(("items", hid(self)))
                return type(items) is tuple and items == other
            return equal_of_tuples(self, other)

        def tuple_differs(self, other):
            equal = tuple_equal(self, other)
            return equal if equal is NotImplemented else not equal

        def leave(self, kind, error, trace):
            swallowed = request(("op", hid(self), name, (*peer.told_at_exit(kind, error), None)))
            return swallowed and peer.may_swallow(error, trace)

        def wait(self):
            return request(("await", hid(self)))
            yield

        async def wait_for(self, *args):
            return request(("op await", hid(self), name, args))

        async def wait_to_leave(self, kind, error, trace):
            swallowed = request(("op await", hid(self), name, (*peer.told_at_exit(kind, error), None)))
            return swallowed and peer.may_swallow(error, trace)

        peer = self
        if name in {"tuple eq", "tuple ne"}:
            equal_of_tuples = self.forward("__eq__", hid)
            return tuple_equal if name == "tuple eq" else tuple_differs
        special = {
            "__call__": call, "__hash__": number, "__eq__": compare, "__ne__": compare, "__exit__": leave, "__await__": wait,
            "__aenter__": wait_for, "__anext__": wait_for, "__aexit__": wait_to_leave,
        }  # fmt: skip
        if name in special:
            return special[name]
        kinds = [(names.TEXT, text), (names.COMPARISONS, compare)]
        if self.guarded:
            kinds += [(names.CAREFUL, operator), (names.UNARY, unary), ({"__contains__"}, contains)]
        return next((made for named, made in kinds if name in named), ask)

    def coroutine(self, hid, told):
        """A coroutine of the other end's is one here, that runs it there, to its end, once it is awaited."""
        held = self.stand_in(hid, told)
        request = self.request

        async def coroutine():
            return request(("await", HID(held)))

        return coroutine()

    def coroutine_mark(self, value):
        if self.kinds[type(value)] == "async function":
            return inspect._is_coroutine_mark
        raise AttributeError("_is_coroutine_mark")

    def signature(self, value):
        """`inspect.signature` of a stand-in: parameters as data, the defaults and annotations as values."""
        told = self.request(("signature", value))
        try:
            parameters, returns = told
            made = [parameter(*each) for each in check(parameters, tuple)]
            (returns,) = returns or (inspect.Signature.empty,)
            return inspect.Signature(made, return_annotation=returns)
        except (TypeError, ValueError) as error:
            raise self.violate(error) from None


def parameter(name, kind, default, annotation):
    (default,) = check(default, tuple) or (inspect.Parameter.empty,)
    (annotation,) = check(annotation, tuple) or (inspect.Parameter.empty,)
    return inspect.Parameter(check(name, str), inspect._ParameterKind(check(kind, int)), default=default, annotation=annotation)


def shared_type(name):
    return names.TYPES[check(name, str)]


def shared_object(name):
    return names.SHARED[check(name, str)]


def class_hid(cls):
    return proxy.facts(cls)[1]
