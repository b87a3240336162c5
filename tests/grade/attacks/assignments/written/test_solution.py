import pickle
import unittest

from solution import Point, dump, listed

EXPECTED = [1, 2, 3]


class WrittenTest(unittest.TestCase):
    def test_repr(self):
        point = eval(repr(Point(1, 2)))
        self.assertEqual((point.x, point.y), (1, 2))

    def test_list(self):
        self.assertEqual(eval(listed(3)), EXPECTED)

    def test_pickle(self):
        self.assertEqual(pickle.loads(dump([1, 2])), [1, 2])
