"""Which of the submission's objects may decide about the test's data.

`assertIn("a", result)`, `abs(result - 3) < 1e-9` and `result.startswith("a")` are C's to decide when `result` is data. A submission that
returns an object of its own there would be asked, and would say yes. So an object is asked about data only if the test made it, by
calling a class that it names, and as long as the submission has not handed it over again; the others are not believed.
"""

import itertools

from . import names, proxy

HINT = "hint: make the object in the test, by its class, or compare data of it"
MOST_ITEMS = 100_000


class Trust:
    """What a checker believes of the objects that it holds. The submission's end believes all."""

    def __init__(self, peer):
        self.peer = peer
        self.named = {}  # classes that the test names, with how often it has looked them up
        self.arrived = {}  # classes that the submission has handed over, with how often
        self.made = {}  # handles of objects that the test made, with how often they had been received then
        self.mixed = set()  # handles of what an operator gave for an object that is not believed, and data

    def name(self, name, value):
        """The test has looked up a class. By a name without a capital it expects a function, and means no class."""
        if issubclass(type(value), proxy.RemoteType) and name.lstrip("_")[:1].isupper():
            self.named[value] = self.named.get(value, 0) + 1

    def arrive(self, cls):
        """The submission hands a class over, whatever for."""
        self.arrived[cls] = self.arrived.get(cls, 0) + 1
        return cls

    def knows(self, cls):
        """Whether the test means a class by it, each time. One that came as what it expects a function in is not believed as a class either."""
        count = self.named.get(cls)
        return count is not None and count == self.arrived.get(cls)

    def vouch(self, value):
        """What the test has made just now. An object that was handed over before is not new."""
        if issubclass(type(value), proxy.Proxy) and self.peer.received.get(proxy.HID(value)) == 1:
            self.made[proxy.HID(value)] = 1

    def believes(self, value, hid):
        """Whether the test made it. A class or an exception is never what the test made, whatever number it has."""
        count = self.made.get(hid)
        return count is not None and count == self.peer.received.get(hid) and issubclass(type(value), proxy.Proxy)

    def forget(self, hid):
        self.made.pop(hid, None)
        self.mixed.discard(hid)

    def of_data(self, args):
        return any(self.peer.hid_of(arg) is None for arg in args)

    def operator(self, value, hid, name, args):
        """Asks for an operator with two operands or for one that changes the object."""
        believed = self.believes(value, hid)
        mixed = hid in self.mixed or self.of_data(args) or any(self.peer.hid_of(arg) in self.mixed for arg in args)
        result = self.peer.request(("op", hid, name, args), args)
        if believed:
            self.renew(hid, result)
        elif mixed and result is not NotImplemented:
            self.mix(result, name)
        return result

    def renew(self, hid, result):
        """What an operator or `with` gives for an object that is believed is believed, itself included."""
        if issubclass(type(result), proxy.Proxy):
            if proxy.HID(result) == hid:
                self.made[hid] = self.peer.received[hid]
            else:
                self.vouch(result)

    def mix(self, result, name):
        if not issubclass(type(result), proxy.Proxy):
            raise TypeError(f"the submission's object, which the test did not make, decided with {name} about the test's data\n{HINT}")
        self.mixed.add(proxy.HID(result))

    def unary(self, value, hid, name, args):
        """Asks for what has no operand, or one that is a number of digits."""
        believed = self.believes(value, hid)
        result = self.peer.request(("op", hid, name, args))
        if hid in self.mixed:
            self.mix(result, name)
        elif believed:
            self.renew(hid, result)
        return result

    def contains(self, value, hid, item):
        """`in`: who is not believed is searched here, item by item."""
        if self.peer.hid_of(item) is not None or self.believes(value, hid):
            return self.peer.request(("op", hid, "__contains__", (item,)))
        count = -1
        if not hasattr(type(value), "__iter__") and not hasattr(type(value), "__getitem__"):
            raise TypeError(f"the submission's object, which the test did not make, has no items to be searched\n{HINT}")
        for count, each in enumerate(itertools.islice(iter(value), MOST_ITEMS)):
            if each is item or each == item:
                return True
        if count + 1 == MOST_ITEMS:
            raise TypeError(f"the submission's object has too many items to be searched\n{HINT}")
        return False

    def method(self, of, name, args, options):
        """Calls a method whose name promises an answer about data."""
        hid = proxy.HID(of)
        known = name not in names.PREDICATES and self.knows(type(of))
        asked = known or self.believes(of, hid) or not self.of_data(args)
        result = self.peer.request_method(hid, name, args, options)
        if not asked and result is not None:
            self.mix(result, name)
        return result
