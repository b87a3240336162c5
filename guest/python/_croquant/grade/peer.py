"""One end of the channel between two sessions: requests, answers, and the objects that each end has handed to the other.

The other end may send any bytes. Each message is checked when it arrives; one that no honest end sends is a `ProtocolError`, remembered
in `violation`. `README.md` has the grammar.
"""

import types
import weakref

import _croquant_wire as wire

from . import faults, names, proxy
from .classes import Classes
from .describe import describe_class, kind_of
from .values import IN, MUTABLE, OUT, Malformed, check, merge

HID = proxy.HID


class Ref(weakref.ref):
    """A stand-in, as long as it lives. When it dies, the next message says so."""

    __slots__ = ("hid",)
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


class Peer(Classes):
    """What both ends have in common. `Checker` and `Server` say what an end lets the other one do."""

    guarded = False  # whether the other end's objects must not decide about this end's data
    full = True  # whether exceptions are told with all that they carry
    start = 0  # where in what `exchange` returns the message begins

    def __init__(self, exchange):
        self.exchange = exchange
        self.violation = None
        self.pending = None  # what a callback of the test raised that ends the test, whatever the submission makes of it
        self.changes = ()
        # What the other end holds of ours: [object, how often it was sent].
        self.objects, self.ids, self.last = {}, {}, 0
        self.told, self.fresh, self.unsent = set(), [], ()
        # What we hold of theirs.
        self.stand_ins, self.received, self.dead, self.origins = {}, {}, [], set()
        self.prepare_classes()

    # Requests of this end.

    def call(self, hid, args, options):
        message = ("call", hid, args, options) if options else ("call", hid, args)
        return self.request(message, args, options)

    def call_method(self, of, name, args, options):
        message = ("method", HID(of), name, args, options) if options else ("method", HID(of), name, args)
        return self.request(message, args, options)

    def request(self, message, args=(), options={}):
        """Sends a request; answers what the other end asks meanwhile; returns what it answers, or raises it."""
        if self.violation is not None:
            raise self.violation
        data = self.pack(message)
        while True:
            answer = self.receive(self.exchange(data))
            kind = answer[0]
            if kind == "is" or kind == "raised":
                break
            data = self.serve(answer)
        if len(answer) == 3:
            self.take_changes(answer[2], args, options)
        elif len(answer) != 2:
            raise self.violate("an answer of the wrong length")
        if self.pending is not None:
            self.raise_pending()
        if kind == "is":
            return answer[1]
        error = self.raised(answer[1])
        try:
            raise error
        finally:
            del error, answer  # its traceback holds this frame: it would live until a collection

    def raised(self, exception):
        if not isinstance(exception, BaseException) or issubclass(type(exception), proxy.Proxy):
            raise self.violate("what was raised is no exception")
        if not self.may_raise(exception):
            raise self.violate("an exception that only this side may raise")
        return exception

    def take_changes(self, changes, args, options):
        """Lists and the like that the other end changed are changed here too."""
        if type(changes) is not tuple:
            raise self.violate("changes that are no tuple")
        for change in changes:
            if type(change) is not tuple or len(change) != 2:
                raise self.violate("a change that is no pair")
            where, new = change
            if type(where) is int and 0 <= where < len(args):
                old = args[where]
            elif type(where) is str and where in options:
                old = options[where]
            else:
                raise self.violate("a change of an argument that was not passed")
            if type(old) not in MUTABLE or type(new) is not type(old):
                raise self.violate("a change of an argument that cannot change so")
            merge(old, new)

    # Messages.

    def pack(self, message):
        if self.dead:
            self.unsent += self.buried()
        if self.unsent:
            message = ("after", self.unsent, message)
        try:
            data = wire.dumps(message, self.export)
        except BaseException:
            self.told.difference_update(self.fresh)
            self.fresh.clear()
            raise
        if self.fresh:
            self.fresh.clear()
        if self.unsent:
            self.unsent = ()
        return data

    def receive(self, data):
        try:
            message = wire.loads(data, self.resolve, self.start)
            if type(message) is tuple and message and message[0] == "after":
                _, dropped, message = message
                self.drop(dropped)
        except (Exception, faults.PeerError) as error:
            raise self.violate(error) from None
        if type(message) is not tuple or not message or type(message[0]) is not str:
            raise self.violate("no message")
        return message

    def violate(self, why):
        """The other end has lied: nothing that it sends is heard any more."""
        if self.violation is None:
            self.violation = faults.ProtocolError(f"the submission broke the protocol: {why}")
        return self.violation

    def end(self):
        if self.violation is None:
            self.violation = faults.Ended("the submission's session has ended")
        return self.violation

    def serve(self, message):
        """Does what the other end asks, and returns the answer as bytes."""
        name, *operands = message
        operation = self.operations.get(name)
        if operation is None or not operation[1] <= len(operands) <= operation[2]:
            raise self.violate(f"an unknown request {name[:40]!r}")
        try:
            answer = ("is", operation[0](self, *operands))
        except faults.PeerError:
            raise
        except Malformed as error:
            raise self.violate(error) from None
        except BaseException as error:
            answer = ("raised", self.told_instead(error))
        if self.changes:
            answer, self.changes = (*answer, self.changes), ()
        try:
            return self.pack(answer)
        except faults.PeerError:
            raise
        except Exception as error:
            return self.pack(("raised", TypeError(f"this cannot be passed on: {error}")))
        finally:
            del answer

    # Objects of ours.

    def export(self, value):
        """How the codec writes what it has no tag for."""
        cls = type(value)
        out = OUT.get(cls)
        if out is not None and (told := out(value)) is not None:
            return told
        if issubclass(cls, proxy.Proxy) or cls is proxy.Method or issubclass(cls, proxy.RemoteType):
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
            return faults.told_class(cls) or self.describe(cls), True
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


BUILTIN = types.BuiltinFunctionType
