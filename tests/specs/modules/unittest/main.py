import unittest
class Test(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(1 + 1, 2)
    def test_fails(self):
        self.assertEqual([1, 2], [1, 3])
    @unittest.skip("later")
    def test_skipped(self):
        pass
    def test_raises(self):
        with self.assertRaises(ZeroDivisionError):
            1 / 0
unittest.main()
