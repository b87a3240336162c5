"""One end of the channel between two sessions: requests, answers, and the objects that each end has handed to the other.

The other end may send any bytes. Each message is checked when it arrives; one that no honest end sends is a `ProtocolError`, remembered
in `violation`. `README.md` has the grammar.
"""

import _croquant_wire as wire

from . import faults, names, proxy
from .handles import Handles
from .trust import Trust
from .values import MUTABLE, Malformed, merge

HID = proxy.HID


class Peer(Handles):
    """What both ends have in common. `Checker` and `Server` say what an end lets the other one do."""

    guarded = False  # whether the other end's objects must not decide about this end's data
    full = True  # whether exceptions are told with all that they carry
    terse = False  # not this time, as that could not be written
    start = 0  # where in what `exchange` returns the message begins

    def __init__(self, exchange):
        self.exchange = exchange
        self.violation = None
        self.pending = None  # what a callback of the test raised that ends the test, whatever the submission makes of it
        self.changes = ()
        self.same = None  # which argument it is that a call has returned
        self.unsent = ()
        self.trust = Trust(self)
        self.prepare_handles()

    # Requests of this end.

    def call(self, hid, args, options):
        message = ("call", hid, args, options) if options else ("call", hid, args)
        return self.request(message, args, options)

    def call_method(self, of, name, args, options):
        if name in names.DECIDING and self.guarded:
            return self.trust.method(of, name, args, options)
        return self.request_method(HID(of), name, args, options)

    def request_method(self, hid, name, args, options):
        message = ("method", hid, name, args, options) if options else ("method", hid, name, args)
        return self.request(message, args, options)

    def derive(self, name, bases, namespace, options):
        raise TypeError(f"a class of the test cannot be subclassed here: {name[:80]}")

    def request(self, message, args=(), options={}):
        """Sends a request; answers what the other end asks meanwhile; returns what it answers, or raises it."""
        if self.violation is not None:
            raise self.violation
        data = self.pack(message)
        try:
            while True:
                answer = self.receive(self.exchange(data))
                kind = answer[0]
                if kind == "is" or kind == "raised" or kind == "same":
                    break
                data = self.serve(answer)
        except BaseException:
            self.end()  # an answer is still on its way, or was never given: what comes next would not be understood
            raise
        if len(answer) == 3:
            self.take_changes(answer[2], args, options)
        elif len(answer) != 2:
            raise self.violate("an answer of the wrong length")
        if self.pending is not None:
            self.raise_pending()
        if kind == "is":
            return answer[1]
        if kind == "same":
            return self.argument(answer[1], args, options)
        error = self.raised(answer[1], message)
        try:
            raise error
        finally:
            del error, answer  # its traceback holds this frame: it would live until a collection

    def raised(self, exception, message):
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
            old = self.argument(where, args, options)
            if type(old) not in MUTABLE or type(new) is not type(old):
                raise self.violate("a change of an argument that cannot change so")
            self.take_change(old, new)

    def take_change(self, old, new):
        merge(old, new)

    def argument(self, where, args, options):
        """The argument that the other end names, by its place or its name."""
        if type(where) is int and 0 <= where < len(args):
            return args[where]
        if type(where) is str and where in options:
            return options[where]
        raise self.violate("an argument that was not passed")

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
            if self.same is not None:
                answer, self.same = ("same", self.same), None
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
            return self.excuse(answer, error)
        finally:
            del answer

    def excuse(self, answer, error):
        """The answer when the first cannot be written: the exception without what it carries, or that it cannot be passed on."""
        self.terse = True
        try:
            if answer[0] == "raised":
                return self.pack(answer[:2])
        except Exception:
            pass
        finally:
            self.terse = False
        return self.pack(("raised", TypeError(f"this cannot be passed on: {error}")))
