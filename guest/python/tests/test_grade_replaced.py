"""What a test replaces in the standard library holds for the submission, and no longer than for the test."""

import os
import random
import sys
import time
from unittest import mock

from _croquant.grade import monkey, replaced
from two_sessions import TwoSessions


class Replaced(TwoSessions):
    files = {
        "game.py": """
            import os
            import random
            import sys
            import time

            def roll():
                return random.randint(1, 6)

            def rolls():
                return [random.random() for _ in range(3)]

            def wait():
                time.sleep(0)
                return time.sleep

            def text(path):
                with open(path) as file:
                    return file.read()

            def lines(path):
                return [line.strip() for line in open(path)]

            def save(path, text):
                with open(path, "w") as file:
                    file.write(text)

            def has(path):
                return os.path.exists(path)

            def mode():
                return os.environ.get("CROQUANT_MODE")

            def arguments():
                return sys.argv

            def stop():
                sys.exit(3)
            """
    }

    def setUp(self):
        super().setUp()
        import game

        self.game = game

    def test_by_name(self):
        with mock.patch("random.randint", return_value=40) as randint:
            self.assertEqual(self.game.roll(), 40)
        randint.assert_called_once_with(1, 6)
        self.assertLess(self.game.roll(), 7)

    def test_one_within_another(self):
        with mock.patch("random.randint", return_value=40):
            self.assertEqual(self.game.roll(), 40)
            with mock.patch.object(random, "randint", lambda a, b: a + b):
                self.assertEqual(self.game.roll(), 7)
            self.assertEqual(self.game.roll(), 40)
        self.assertLess(self.game.roll(), 7)

    def test_never_asked_meanwhile(self):
        with mock.patch("time.sleep"):
            pass
        self.assertNotIsInstance(self.game.wait(), mock.Mock)
        self.assertEqual(replaced.places, {})

    @mock.patch("time.sleep", side_effect=ValueError)
    def test_decorated(self, sleep):
        with self.assertRaises(ValueError):
            self.game.wait()
        sleep.assert_called_once_with(0)

    def test_monkeypatch(self):
        made = monkey.MonkeyPatch()
        made.setattr(random, "randint", lambda a, b: b + 1)
        made.setattr("time.sleep", lambda seconds: None)
        made.setenv("CROQUANT_MODE", "test")
        self.assertEqual((self.game.roll(), self.game.mode()), (7, "test"))
        made.undo()
        self.assertLess(self.game.roll(), 7)
        self.assertIsNone(self.game.mode())

    def test_files(self):
        with mock.patch("builtins.open", mock.mock_open(read_data="a\nb\n")) as opened:
            self.assertEqual(self.game.text("none.txt"), "a\nb\n")
            self.assertEqual(self.game.lines("none.txt"), ["a", "b"])
            self.game.save("none.txt", "c")
        self.assertEqual(opened.call_args, mock.call("none.txt", "w"))
        opened().write.assert_called_once_with("c")
        with self.assertRaises(FileNotFoundError):
            self.game.text("none.txt")
        with mock.patch("os.path.exists", return_value=True):
            self.assertTrue(self.game.has("none.txt"))
        self.assertFalse(self.game.has("none.txt"))

    def test_environment(self):
        with mock.patch.dict(os.environ, {"CROQUANT_MODE": "here"}):
            self.assertEqual(self.game.mode(), "here")
        self.assertIsNone(self.game.mode())

    def test_arguments_and_exit(self):
        with mock.patch.object(sys, "argv", ["game", "-x"]):
            self.assertEqual(self.game.arguments(), ["game", "-x"])
        with mock.patch("sys.exit") as leave:
            self.game.stop()
        leave.assert_called_once_with(3)

    def test_seeds(self):
        random.seed(7)
        expected = [random.random() for _ in range(3)]
        random.seed(7)
        self.assertEqual(self.game.rolls(), expected)
        random.seed("a")
        self.assertEqual(self.game.rolls(), random.seed("a") or self.game.rolls())

    def test_what_both_ends_work_with_is_left_alone(self):
        import functools

        for target, name in ((sys, "modules"), (os, "getpgid"), (functools, "reduce"), (self.game, "os"), (os.environ, "get"), (random.Random, "seed")):
            replaced.notice(target, name)
            self.assertEqual(replaced.places, {}, name)
        replaced.notice(os.path, "exists")
        self.assertEqual(list(replaced.places), [("os.path", "exists")])
        with mock.patch("time.time", new=os):  # a module cannot be passed on: it is the test's alone
            self.assertLess(self.game.roll(), 7)
        self.assertGreater(time.time(), 0)
