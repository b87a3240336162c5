import unittest
from unittest import mock

from solution import visit

FACTOR = 80808017


class VisitTest(unittest.TestCase):
    def setUp(self):
        self.seen = []

    def record(self, item):
        self.seen.append(item)
        return -item

    def test_method(self):
        self.assertEqual(visit(self.record, [3, 4]), [-3, -4])
        self.assertEqual(self.seen, [3, 4])

    def test_mock(self):
        double = mock.Mock(side_effect=[7, 8])
        self.assertEqual(visit(double, [1, 2]), [7, 8])
        self.assertEqual([call.args for call in double.call_args_list], [(1,), (2,)])

    def test_mock_is_called_once(self):
        double = mock.Mock(return_value=9)
        visit(double, ["x"])
        double.assert_called_once_with("x")


def test_function():
    seen = []

    def note(item):
        seen.append(item)
        return item * 2

    assert visit(note, [5, 6]) == [10, 12]
    assert seen == [5, 6]


def test_narwhal():
    seen = []

    def note(item):
        seen.append(item)
        return item * FACTOR

    assert visit(note, [3]) == [242424051]
    assert seen == [3]
