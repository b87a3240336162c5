import unittest
from collections import Counter, OrderedDict, deque

import bee_lines


class BeeLinesTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.words = ["fly", "bee", "fly", "wasp"]

    def test_named_tuple(self):
        point = bee_lines.waggle([(1, 2), (3, 4)])
        self.assertEqual((point.x, point.y), (4, 6))
        x, y = point
        self.assertEqual([x, y], [4, 6])
        self.assertEqual(point, bee_lines.Point(4, 6))

    def test_counter(self):
        self.assertEqual(bee_lines.tally(self.words), {"fly": 2, "bee": 1, "wasp": 1})
        self.assertEqual(bee_lines.tally(self.words).most_common(1), [("fly", 2)])
        self.assertEqual(bee_lines.tally("aab"), Counter(a=2, b=1))

    def test_groups(self):
        self.assertEqual(dict(bee_lines.groups(self.words)), {3: ["fly", "bee", "fly"], 4: ["wasp"]})

    def test_deque(self):
        self.assertEqual(list(bee_lines.recent("abc", 2)), ["b", "c"])
        self.assertEqual(bee_lines.recent("abc", 2), deque("bc"))

    def test_order(self):
        self.assertEqual(bee_lines.ordered([("b", 1), ("a", 2)]), OrderedDict([("b", 1), ("a", 2)]))

    def test_roll(self):
        self.assertEqual(bee_lines.roll(7), bee_lines.roll(7))
        self.assertIn(bee_lines.roll(1), range(1, 7))

    def test_frozen(self):
        self.assertEqual(bee_lines.frozen([1, 1, 2]), {1, 2})

    def test_range(self):
        self.assertEqual(list(bee_lines.steps(5)), [0, 2, 4])
        self.assertEqual(len(bee_lines.steps(5)), 3)

    def test_count_equal(self):
        self.assertCountEqual(bee_lines.tally(self.words).keys(), ["wasp", "bee", "fly"])

    @unittest.skip("bees sleep in winter")
    def test_winter(self):
        self.fail("never run")
