import unittest

from shelf_order import count_into, swap, tidy


class ShelfOrderTest(unittest.TestCase):
    def test_sorts_in_place(self):
        shelf = ["Ox", "ant", "Émile", "bee"]
        self.assertIsNone(tidy(shelf))
        self.assertEqual(shelf, ["ant", "bee", "Ox", "Émile"])

    def test_swap(self):
        shelf = [1, 2, 3]
        swap(shelf, 0, -1)
        self.assertListEqual(shelf, [3, 2, 1])

    def test_swap_too_far(self):
        with self.assertRaises(IndexError):
            swap([1], 0, 4)

    def test_dict_grows(self):
        counts = {"a": 1}
        count_into(counts, ["a", "b"])
        self.assertEqual(counts, {"a": 2, "b": 1})

    def test_dict_is_returned(self):
        self.assertEqual(count_into({}, "aab"), {"a": 2, "b": 1})
