import unittest
from unittest.mock import Mock, call

from orchard_walk import compose, retry, visit


class OrchardWalkTest(unittest.TestCase):
    def setUp(self):
        self.seen = []

    def see(self, fruit, depth):
        self.seen.append((fruit, depth))

    def test_order_and_depth(self):
        visit(["fig", ["pear", ["plum"]], "date"], self.see)
        self.assertEqual(self.seen, [("fig", 0), ("pear", 1), ("plum", 2), ("date", 0)])

    def test_mock(self):
        see = Mock()
        visit(["fig", ["pear"]], see)
        self.assertEqual(see.mock_calls, [call("fig", depth=0), call("pear", depth=1)])

    def test_retry(self):
        def action(number):
            if number < 2:
                raise OSError("not yet")
            return f"done at {number}"

        self.assertEqual(retry(action, 5), "done at 2")

    def test_retry_gives_up(self):
        def action(number):
            raise FileNotFoundError(number, "gone")

        with self.assertRaises(FileNotFoundError) as err:
            retry(action, 2)
        self.assertEqual(err.exception.args, (1, "gone"))

    def test_other_errors_pass(self):
        class Own(Exception):
            pass

        def action(number):
            raise Own("mine")

        with self.assertRaises(Own):
            retry(action, 3)

    def test_compose(self):
        self.assertEqual(compose(str, lambda text: text * 2, len)(123), 6)
        self.assertEqual(compose()(7), 7)
