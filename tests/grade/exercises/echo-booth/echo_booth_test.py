import io
import unittest
from contextlib import redirect_stdout
from unittest.mock import patch

from echo_booth import main


class EchoBoothTest(unittest.TestCase):
    def run_with(self, *lines):
        out = io.StringIO()
        with patch("builtins.input", side_effect=list(lines)) as asked, redirect_stdout(out):
            main()
        return out.getvalue(), asked.call_count

    def test_twice(self):
        self.assertEqual(self.run_with("Ann", "2"), ("Hello, Ann!\nHello, Ann!\n", 2))

    def test_unicode(self):
        self.assertEqual(self.run_with("Zoë 🦆", "1")[0], "Hello, Zoë 🦆!\n")

    def test_stdin(self):
        with patch("sys.stdin", io.StringIO("Bo\n1\n")), patch("sys.stdout", new_callable=io.StringIO) as out:
            main()
        self.assertEqual(out.getvalue(), "Who? How often? Hello, Bo!\n")

    def test_no_number(self):
        with self.assertRaises(ValueError):
            self.run_with("Ann", "many")
