import unittest

from tide_table import TideTable


class TideTableTest(unittest.TestCase):
    def setUp(self):
        self.table = TideTable([("06:00", 4.5), ("00:00", 0.5), ("12:00", 1.0)])

    def test_is_sorted(self):
        self.assertEqual(list(self.table), [("00:00", 0.5), ("06:00", 4.5), ("12:00", 1.0)])

    def test_length(self):
        self.assertEqual(len(self.table), 3)
        self.assertEqual(len(TideTable([])), 0)

    def test_index_and_slice(self):
        self.assertEqual(self.table[0], ("00:00", 0.5))
        self.assertEqual(self.table[-2:], [("06:00", 4.5), ("12:00", 1.0)])
        with self.assertRaises(IndexError):
            self.table[3]

    def test_membership(self):
        self.assertIn("06:00", self.table)
        self.assertNotIn("07:00", self.table)

    def test_highest(self):
        self.assertTupleEqual(self.table.highest(), ("06:00", 4.5))

    def test_span_is_a_property(self):
        self.assertAlmostEqual(self.table.span, 4.0)
        with self.assertRaises(AttributeError):
            self.table.span = 3

    def test_equality(self):
        self.assertEqual(TideTable([("a", 1)]), TideTable([("a", 1)]))
        self.assertNotEqual(TideTable([("a", 1)]), TideTable([("a", 2)]))
        self.assertFalse(self.table == [("a", 1)])

    def test_sum(self):
        both = TideTable([("b", 2)]) + TideTable([("a", 1)])
        self.assertIsInstance(both, TideTable)
        self.assertEqual(repr(both), "TideTable([('a', 1), ('b', 2)])")
