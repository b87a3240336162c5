import io
import sys
import types
import unittest
from unittest import mock

import fake_host
from _croquant import reader


class Reader(unittest.TestCase):
    def setUp(self):
        fake_host.reset()
        self.stdin = reader.make_stdin()
        for patch in (mock.patch.object(sys, "stdin", self.stdin), mock.patch.object(reader, "kernel_stdin", self.stdin)):
            patch.start()
            self.addCleanup(patch.stop)

    def test_input(self):
        fake_host.answers.append("Ada")
        self.assertEqual(reader.kernel_input("Name? "), "Ada")
        self.assertEqual(fake_host.messages, [("input", "Name? ", False)])

    def test_nobody_answers(self):
        with self.assertRaises(EOFError):
            reader.kernel_input()

    def test_a_stream_of_the_program_s_own_is_read_instead(self):
        with mock.patch.object(sys, "stdin", io.StringIO("mine\n")), mock.patch.object(sys, "stdout", io.StringIO()):
            self.assertEqual(reader.kernel_input(), "mine")

    def test_stdin_asks_for_each_line(self):
        fake_host.answers += ["a", "", "é"]
        self.assertEqual(self.stdin.readline(), "a\n")
        self.assertEqual(len(fake_host.answers), 2)
        self.assertEqual(list(self.stdin), ["\n", "é\n"])

    def test_lines_longer_than_the_buffer(self):
        fake_host.answers.append("x" * 50_000)
        self.assertEqual(self.stdin.readline(), "x" * 50_000 + "\n")

    def test_an_interrupt_comes_through(self):
        fake_host.answers.append(KeyboardInterrupt())
        with self.assertRaises(KeyboardInterrupt):
            self.stdin.readline()

    def test_getpass(self):
        getpass = types.SimpleNamespace(getpass=lambda prompt, stream: "echoed")
        reader.patch_getpass(getpass)
        fake_host.answers.append("secret")
        self.assertEqual(getpass.getpass("Word: "), "secret")
        self.assertEqual(fake_host.messages, [("input", "Word: ", True)])
        fake_host.current_mode = 0
        self.assertEqual(getpass.getpass(), "echoed")
