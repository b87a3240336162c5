import copy
import unittest

from solution import Clock


class ClockTest(unittest.TestCase):
    def test_text(self):
        self.assertEqual(str(Clock(8, 5)), "08:05")

    def test_representation(self):
        self.assertEqual(repr(Clock(25, 0)), "Clock(1, 0)")

    def test_minutes(self):
        self.assertEqual(Clock(1, 2).minutes, 62)

    def test_add(self):
        self.assertEqual(str(Clock(23, 59) + 2), "00:01")

    def test_same_time(self):
        self.assertEqual(Clock(10, 37), Clock(34, 37))

    def test_other_time(self):
        self.assertNotEqual(Clock(10, 37), Clock(10, 38))

    def test_copy(self):
        one = Clock(3, 4)
        other = copy.copy(one) + 1
        self.assertEqual(one.minutes, 184)
        self.assertEqual(other.minutes, 185)

    def test_hash(self):
        self.assertEqual(len({Clock(1, 0), Clock(25, 0), Clock(2, 0)}), 2)
