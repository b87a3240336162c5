import unittest

from solution import add, describe, is_even, root, squares


class SumsTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)

    def test_add_large_numbers(self):
        self.assertEqual(add(10**30, 1), 1000000000000000000000000000001)

    def test_add_again_and_again(self):
        for a, b, sum_ in [(1, 2, 3), (4, 5, 9), (-6, 6, 0)]:
            with self.subTest(a=a, b=b):
                self.assertEqual(add(a, b), sum_)

    def test_squares(self):
        self.assertEqual(squares([1, 2, 3]), [1, 4, 9])

    def test_describe(self):
        self.assertEqual(describe(4), {"number": 4, "even": True})

    def test_is_even(self):
        self.assertIs(is_even(4), True)
        self.assertIs(is_even(5), False)

    def test_truth(self):
        self.assertTrue(is_even(6))
        self.assertFalse(is_even(7))

    def test_root(self):
        self.assertAlmostEqual(root(2), 1.41421356237, places=6)

    def test_root_of_a_negative_number(self):
        with self.assertRaises(ValueError) as raised:
            root(-1)
        self.assertEqual(type(raised.exception), ValueError)
        self.assertEqual(raised.exception.args[0], "no roots of negative numbers")
