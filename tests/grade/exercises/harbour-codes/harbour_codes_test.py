import unittest

from harbour_codes import decode, encode, frame, tree


class HarbourCodesTest(unittest.TestCase):
    def test_encode(self):
        self.assertEqual(encode("Ab"), ["🟥◻", "🟦◻"])

    def test_round_trip(self):
        for word in ("cab", "", "ß"):
            with self.subTest(word):
                self.assertEqual(decode(encode(word)), word)

    def test_unknown(self):
        with self.assertRaises(KeyError) as err:
            encode("axy")
        self.assertEqual(err.exception.args[0], "no flag for x, y")

    def test_bytes(self):
        self.assertEqual(frame(b"abc"), b"\x03cba")
        self.assertIsInstance(frame(b""), bytes)
        self.assertEqual(frame(bytearray(b"ab")), b"\x02ba")

    def test_tree(self):
        self.assertEqual(tree("a(b(c)d)"), ("a", (("b", (("c", ()),)), ("d", ()))))
        for text in ("", "ab", "a)"):
            with self.subTest(text), self.assertRaisesRegex(SyntaxError, "no tree"):
                tree(text)
