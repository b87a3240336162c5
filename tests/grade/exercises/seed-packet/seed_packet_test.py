import dataclasses
import unittest

from seed_packet import Packet


class SeedPacketTest(unittest.TestCase):
    def test_fields(self):
        packet = Packet("beet", 3)
        self.assertEqual((packet.name, packet.seeds, packet.notes), ("beet", 3, ()))

    def test_default(self):
        self.assertEqual(Packet("kale").seeds, 10)

    def test_representation(self):
        self.assertEqual(repr(Packet("pea", 1, ("old",))), "Packet(name='pea', seeds=1, notes=('old',))")

    def test_equality(self):
        self.assertEqual(Packet("a", 1), Packet("a", 1, ("x",)))
        self.assertNotEqual(Packet("a", 1), Packet("a", 2))

    def test_order(self):
        packets = [Packet("b", 1), Packet("a", 2), Packet("a", 1)]
        self.assertEqual([(p.name, p.seeds) for p in sorted(packets)], [("a", 1), ("a", 2), ("b", 1)])
        self.assertLess(Packet("a"), Packet("b"))

    def test_hash(self):
        self.assertEqual(len({Packet("a"), Packet("a"), Packet("b")}), 2)

    def test_frozen(self):
        with self.assertRaises(AttributeError):
            Packet("a").seeds = 5

    def test_sow(self):
        self.assertTrue(Packet("a", 2).sow(2).is_empty)
        self.assertFalse(Packet("a", 2).sow(1).is_empty)
        with self.assertRaisesRegex(ValueError, "only 2 seeds are left"):
            Packet("a", 2).sow(3)
