"""A checker whose other side sends what a test says, lies included."""

import unittest

import fake_wire
from _croquant.grade import faults
from _croquant.grade.checker import QUIET, Checker


class X(tuple):
    """Written as an extension, whatever it holds."""


def encode(message):
    return fake_wire.dumps(message, tuple)


def described(cid=1, name="A", bases=(), special=(), meta=(), methods=(), kind="object", module="solution"):
    return (cid, name, module, name, bases, special, meta, methods, kind)


def handle(hid=9, told=None):
    return X(("h", hid, described() if told is None else told))


class Scripted(unittest.TestCase):
    """A checker whose other side sends what the test says."""

    def setUp(self):
        self.sent = []
        self.script = []
        self.checker = Checker(self.exchange)

    def exchange(self, data):
        self.sent.append(fake_wire.loads(data, tuple))
        message = self.script.pop(0)
        return QUIET + (message if type(message) is bytes else encode(message))

    def ask(self, *script):
        self.script = list(script)
        return self.checker.request(("get", 1, "x"))

    def check_lie(self, *script):
        self.checker = Checker(self.exchange)
        with self.assertRaises(faults.ProtocolError) as caught:
            self.ask(*script)
        self.assertIs(self.checker.violation, caught.exception)
        self.assertEqual(self.script, [])

    def check_value(self, value, *script):
        self.checker = Checker(self.exchange)
        found = self.ask(*script)
        self.assertEqual((type(found), found), (type(value), value))
        self.assertIsNone(self.checker.violation)
