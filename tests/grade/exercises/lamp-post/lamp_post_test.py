import unittest

import lamp_post
from lamp_post import BurntOut, Lamp, LampError, State


class LampTest(unittest.TestCase):
    def test_begins_off(self):
        self.assertIs(Lamp().state, State.OFF)
        self.assertEqual(Lamp().state, State.OFF)

    def test_press_goes_round(self):
        lamp = Lamp()
        self.assertEqual([lamp.press() for _ in range(3)], [State.DIM, State.BRIGHT, State.OFF])

    def test_members(self):
        self.assertEqual(State.DIM.value, 1)
        self.assertEqual(State["BRIGHT"].name, "BRIGHT")
        self.assertEqual(State(0), State.OFF)
        self.assertEqual([state.name for state in State], Lamp.states())
        self.assertNotEqual(State.DIM, State.BRIGHT)

    def test_off_burns_not(self):
        with self.assertRaises(LampError) as err:
            Lamp().burn(1)
        self.assertEqual(err.exception.args, ("the lamp is off",))
        self.assertNotIsInstance(err.exception, BurntOut)

    def test_own_exception(self):
        lamp = Lamp.lit()
        with self.assertRaises(BurntOut) as err:
            lamp.burn(11)
        self.assertEqual(err.exception.hours, 11)
        self.assertEqual(str(err.exception), "burnt out after 11 hours")

    def test_caught_as_its_base(self):
        with self.assertRaisesRegex(LampError, r"^burnt out after \d+"):
            Lamp.lit().burn(12)
        self.assertTrue(issubclass(BurntOut, lamp_post.LampError))

    def test_class_attribute(self):
        self.assertEqual(Lamp.LIFE, 10)
        self.assertEqual(Lamp.lit().LIFE, 10)
