import unittest

from solution import add, squares


class HiddenTest(unittest.TestCase):
    def test_zanzibar(self):
        """Quokkas add up."""
        self.assertEqual(add(7453190211, 9820155373), 17273345584)

    def test_quagga(self):
        self.assertEqual(squares([771700391]), [595521493469552881])
