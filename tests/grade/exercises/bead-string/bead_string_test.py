import itertools
import unittest

from bead_string import Spool, beads, echo, pairs


class BeadStringTest(unittest.TestCase):
    def test_goes_on(self):
        self.assertEqual(list(itertools.islice(beads("ab"), 5)), ["a", "b", "a", "b", "a"])

    def test_next(self):
        string = beads(["red", "blue"])
        self.assertEqual(next(string), "red")
        self.assertEqual(next(string), "blue")
        self.assertEqual(next(string), "red")
        string.close()
        with self.assertRaises(StopIteration):
            next(string)

    def test_no_pattern(self):
        with self.assertRaises(ValueError) as err:
            next(beads(""))
        self.assertEqual(err.exception.args[0], "no pattern")

    def test_pairs_of_an_iterator_of_the_test(self):
        self.assertEqual(list(pairs(iter("abc"))), [("a", "b"), ("b", "c")])
        self.assertEqual(list(pairs(letter for letter in "xy")), [("x", "y")])
        self.assertEqual(list(pairs([])), [])

    def test_spool(self):
        spool = Spool(3)
        self.assertEqual(list(spool), [2, 1, 0])
        self.assertEqual(list(spool), [])
        self.assertIsNone(next(spool, None))

    def test_send(self):
        talk = echo()
        self.assertEqual(next(talk), [])
        self.assertEqual(talk.send("a"), ["a"])
        self.assertEqual(talk.send("b"), ["a", "b"])
        with self.assertRaises(StopIteration) as stop:
            talk.send(None)
        self.assertEqual(stop.exception.value, ["a", "b"])
