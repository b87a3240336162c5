"""Objects that one end has handed to the other: what the codec writes for ours, and makes of what comes for theirs."""

import types
import weakref

from . import faults, names, proxy
from .classes import Classes
from .describe import describe_class, kind_of
from .values import IN, OUT, Malformed, check

HID = proxy.HID
BUILTIN = types.BuiltinFunctionType


class Ref(weakref.ref):
    """A stand-in, as long as it lives. When it dies, the next message says so."""

    __slots__ = ("hid",)
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


class Handles(Classes):
    """The part of a `Peer` that knows objects."""

    def prepare_handles(self):
        # What the other end holds of ours: [object, how often it was sent].
        self.objects, self.ids, self.last = {}, {}, 0
        self.told, self.fresh = set(), []
        # What we hold of theirs.
        self.stand_ins, self.received, self.dead, self.origins = {}, {}, [], set()
        self.prepare_classes()

    # Objects of ours.

    def export(self, value):
        """How the codec writes what it has no tag for."""
        cls = type(value)
        out = OUT.get(cls)
        if out is not None and (told := out(value)) is not None:
            return told
        if proxy.is_stand_in(value):
            return self.theirs(value)
        if issubclass(cls, BaseException):
            if (origin := faults.origin_of(value)) is not None and origin.peer is self:
                return ("yours", origin.hid)
            return faults.tell(value, self.hand_out(value), *self.told_of(cls))
        if issubclass(cls, type):
            if id(value) in names.TYPE_NAMES:
                return ("t", names.TYPE_NAMES[id(value)])
            return faults.told_class(value) or ("c", self.describe(self.permit(value)))
        if cls is BUILTIN and (name := f"{value.__module__}.{value.__name__}") in names.FUNCTIONS and self.is_that(value, name):
            return ("f", name)
        if id(value) in names.SHARED_NAMES:
            return ("s", names.SHARED_NAMES[id(value)])
        tag = "co" if cls is types.CoroutineType else "h"
        return (tag, self.hand_out(self.permit(value)), self.describe(kind_of(value) or cls))

    def told_of(self, cls):
        if self.full:
            return faults.told_class(cls) or self.describe(cls), not self.terse
        return next(told for base in cls.__mro__ if (told := faults.told_class(base))), False

    def theirs(self, value):
        if type(value) is proxy.Method and value._peer is self:
            return ("m", HID(value._of), value._name)
        hid = self.hid_of(value)
        if hid is None:
            raise TypeError("an object of another session cannot be passed on")
        return ("yours", hid)

    def hid_of(self, value):
        """The handle of an object of the other end's; None for any other object."""
        cls = type(value)
        if cls is proxy.Method:
            return HID(value._of) if value._peer is self else None
        if issubclass(cls, proxy.RemoteType):
            peer, hid = proxy.facts(value)
            return hid if peer is self else None
        if issubclass(cls, proxy.Proxy):
            return HID(value) if proxy.facts(cls)[0] is self else None
        if issubclass(cls, BaseException) and (origin := faults.origin_of(value)) is not None:
            return origin.hid if origin.peer is self else None
        return None

    def hand_out(self, value):
        hid = self.ids.get(id(value))
        if hid is None:
            self.last = hid = self.last + 1
            self.ids[id(value)] = hid
            self.objects[hid] = [value, 1]
        else:
            self.objects[hid][1] += 1
        return hid

    def describe(self, cls):
        """A class: its number, and the first time all that the other end must know."""
        cid = self.hand_out(cls)
        if cid in self.told:
            return cid
        self.told.add(cid)
        self.fresh.append(cid)
        return (cid, *describe_class(self, cls))

    def own(self, hid):
        """Our object that the other end names."""
        entry = self.objects.get(check(hid, int))
        if entry is None:
            raise Malformed("a handle that was not given")
        return entry[0]

    def drop(self, dropped):
        for hid, count in check(dropped, tuple):
            entry = self.objects.get(check(hid, int))
            if entry is None or not 0 < check(count, int) <= entry[1]:
                raise Malformed("a handle given back that was not given")
            entry[1] -= count
            if entry[1] == 0:
                del self.objects[hid]
                del self.ids[id(entry[0])]

    # Objects of theirs.

    def resolve(self, told):
        """What the codec reads in the place of a tuple that `export` wrote."""
        tag, *rest = told
        make = IN.get(check(tag, str)) or self.makers.get(tag)
        if make is None:
            raise Malformed("a value of no known kind")
        return make(*rest)

    def stand_in(self, hid, told):
        cls = self.class_of(told)
        ref = self.stand_ins.get(check(hid, int))
        found = None if ref is None else ref()
        if found is None:
            if issubclass(cls, BaseException):
                raise Malformed("an exception that is told as an object")
            found = object.__new__(cls)
            proxy.SET_HID(found, hid)
            self.stand_ins[hid] = self.watch(found, hid)
        self.received[hid] = self.received.get(hid, 0) + 1
        return found

    def watch(self, held, hid):
        ref = Ref(held, self.dead.append)
        ref.hid = hid
        return ref

    def buried(self):
        """The stand-ins that have died, each with the number of times that it was received."""
        dead, gone = self.dead, []
        while dead:
            ref = dead.pop()
            if ref in self.origins:
                self.origins.discard(ref)
                gone.append((ref.hid, 1))
            elif self.stand_ins.get(ref.hid) is ref:
                del self.stand_ins[ref.hid]
                self.members.pop(ref.hid, None)
                self.trust.forget(ref.hid)
                gone.append((ref.hid, self.received.pop(ref.hid)))
        return tuple(gone)

    def exception(self, hid, told, args, notes, cause, extras):
        cls = faults.shared_class(*told[1:], plain=self.full) if type(told) is tuple and told[:1] == ("e",) else self.class_of(told)
        if not issubclass(cls, BaseException):
            raise Malformed("an exception of a class that is none")
        made = faults.make(cls, args, notes, cause, extras)
        origin = faults.Origin()
        origin.hid, origin.peer = check(hid, int), self
        BaseException.__getattribute__(made, "__dict__")[faults.ORIGIN] = origin
        self.origins.add(self.watch(origin, hid))
        return made
