import unittest
from datetime import date
from decimal import Decimal
from fractions import Fraction

from queue_at_the_dock import Dock, FreeDock, Money, due, share


class DockTest(unittest.TestCase):
    def test_order(self):
        self.assertLess(Money(1), Money(2))
        self.assertGreaterEqual(Money(2), Money(2))
        self.assertEqual(max([Money(3), Money(9), Money(5)]), Money(9))
        self.assertNotEqual(Money(1), Money(2))
        with self.assertRaises(TypeError):
            Money(1) < 2

    def test_arithmetic(self):
        self.assertEqual(int(Money(5) - Money(2)), 3)
        self.assertEqual((2 * Money(5)).cents, 10)
        self.assertEqual((-Money(5) * 2).cents, -10)
        with self.assertRaises(TypeError):
            Money(1) + Money(2)

    def test_text(self):
        self.assertEqual(str(Money(1250)), "12.50 €")
        self.assertEqual(f"{Money(5):>8}", "  0.05 €")

    def test_no_other_attributes(self):
        with self.assertRaises(AttributeError):
            Money(1).name = "x"

    def test_queue(self):
        dock = Dock()
        dock += "Ark"
        dock += "Argo"
        dock[0] = "Ajax"
        self.assertEqual(dock(), ("Ajax", "Argo"))
        self.assertEqual(list(reversed(dock)), ["Argo", "Ajax"])
        del dock[0]
        self.assertEqual(dock(), ("Argo",))

    def test_inheritance(self):
        self.assertIsInstance(FreeDock(), Dock)
        self.assertTrue(issubclass(FreeDock, Dock))
        self.assertNotIsInstance(Dock(), FreeDock)
        self.assertEqual(FreeDock().price(3).cents, 0)
        with self.assertRaises(AttributeError):
            Dock().price(3)

    def test_dates_and_fractions(self):
        self.assertEqual(due(date(2024, 2, 28), 2), date(2024, 3, 1))
        self.assertEqual(share("10", 4), (Decimal("2.5"), Fraction(1, 4), date(2024, 2, 29)))
