import unittest

from parcel_rates import cheapest, total

RATES = {"snail": (2, 3.5), "mule": (20, 9.0), "crane": (500, 80.25)}


class ParcelRatesTest(unittest.TestCase):
    def test_each_weight_has_its_carrier(self):
        cases = [(1, "snail"), (2, "snail"), (2.5, "mule"), (21, "crane")]
        for weight, expected in cases:
            with self.subTest(weight=weight):
                self.assertEqual(cheapest([weight], RATES), {weight: expected})

    def test_all_at_once(self):
        self.assertDictEqual(cheapest([1, 3], RATES), {1: "snail", 3: "mule"})

    def test_too_heavy(self):
        with self.assertRaises(ValueError) as err:
            cheapest([501], RATES)
        self.assertEqual(type(err.exception), ValueError)
        self.assertEqual(err.exception.args[0], "nobody carries 501 kg")

    def test_total(self):
        self.assertAlmostEqual(total([0.1] * 3), 0.3)
        self.assertEqual(total([2**80, 1]), 2**80 + 1)
