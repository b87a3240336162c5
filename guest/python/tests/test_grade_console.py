"""What a submission reads, prints and writes."""

import contextlib
import io
import unittest
from unittest import mock

import two_sessions
from _croquant.grade import bridge


class Console(two_sessions.TwoSessions):
    files = {
        "talk.py": """
            import sys
            from sys import stdin
            def kept(): return stdin.readline()
            def show(*values, **options): print(*values, **options)
            def warn(text): print(text, file=sys.stderr)
            def ask(*prompt): return input(*prompt)
            def patient():
                try:
                    return input()
                except KeyboardInterrupt:
                    return "interrupted"
            def leave():
                sys.exit(2)
                return "stayed"
            def rest(): return sys.stdin.read()
            def lines(): return [line for line in sys.stdin]
        """,
        "hello.py": """
            import sys
            name = input("Name? ")
            print("Hello", name, sys.argv[1:])
            with open("out.txt", "w") as file:
                file.write("data\\n")
            if name == "three": sys.exit(3)
            if name == "why": sys.exit("because")
            if name == "wrong": 1 / 0
            assert __name__ == "__main__"
        """,
    }

    def test_output(self):
        import talk

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            talk.show("é", 1)
            talk.show("no end", end="")
            talk.warn("careful")
        self.assertEqual((out.getvalue(), err.getvalue()), ("é 1\nno end", "careful\n"))
        file = io.StringIO()
        talk.show("x", file=file)
        self.assertEqual(file.getvalue(), "x\n")

    def test_print_replaced(self):
        import talk

        with mock.patch("builtins.print") as replaced:
            talk.show("hi", 3)
            talk.show("hi", sep="-")
        self.assertEqual(replaced.mock_calls, [mock.call("hi", 3), mock.call("hi", sep="-")])
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            talk.show("again")
        self.assertEqual(out.getvalue(), "again\n")

    def test_input_replaced(self):
        import talk

        with mock.patch("builtins.input", side_effect=["a", "b"]) as replaced:
            self.assertEqual((talk.ask("p"), talk.ask()), ("a", "b"))
            with self.assertRaisesRegex(RuntimeError, "StopIteration"):
                talk.ask()
        self.assertEqual(replaced.mock_calls, [mock.call("p"), mock.call(), mock.call()])

    def test_interruptions_by_the_test(self):
        import talk

        with mock.patch("builtins.input", side_effect=KeyboardInterrupt):
            self.assertEqual(talk.patient(), "interrupted")
            with self.assertRaises(KeyboardInterrupt):
                talk.ask()
        with mock.patch("talk.sys.exit", side_effect=SystemExit) as leave, self.assertRaises(SystemExit):
            talk.leave()
        leave.assert_called_once_with(2)
        with mock.patch("talk.sys.exit"):
            self.assertEqual(talk.leave(), "stayed")

    def test_standard_input(self):
        import talk

        out = io.StringIO()
        with mock.patch("sys.stdin", io.StringIO("one\ntwo\nthree")), contextlib.redirect_stdout(out):
            self.assertEqual(talk.ask("q? "), "one")
            self.assertEqual(talk.rest(), "two\nthree")
            with self.assertRaises(EOFError):
                talk.ask()
        self.assertEqual(out.getvalue(), "q? ")
        with mock.patch("sys.stdin", io.StringIO("a\nb\n")):
            self.assertEqual(talk.kept(), "a\n")
            self.assertEqual(talk.lines(), ["b\n"])

    def test_scripts(self):
        found = bridge.run_script("hello.py", ["x", 1], "Ann\n")
        self.assertEqual((found.stdout, found.stderr, found.code), ("Name? Hello Ann ['x', '1']\n", "", 0))
        self.assertEqual(bridge.run_script("hello.py", stdin="three").code, 3)
        found = bridge.run_script("hello.py", stdin="why")
        self.assertEqual((found.stderr, found.code), ("because\n", 1))
        found = bridge.run_script("hello.py", stdin="wrong")
        self.assertEqual(found.code, 1)
        self.assertRegex(found.stderr, r'^Traceback .*\n  File "hello.py", line 9, in <module>\n(.*\n)*ZeroDivisionError: .*\n$')
        found = bridge.run_script("hello.py")
        self.assertIn("EOFError", found.stderr)

    def test_files(self):
        bridge.run_script("hello.py", stdin="Ann")
        self.assertEqual(bridge.files(), ["hello.py", "out.txt", "talk.py"])
        self.assertEqual(bridge.read_text("out.txt"), "data\n")
        with bridge.open_file("out.txt") as file:
            self.assertEqual(list(file), ["data\n"])
        with self.assertRaises(FileNotFoundError):
            bridge.read_text("none.txt")
        with self.assertRaises(ValueError):
            bridge.open_file("out.txt", "w")
        bridge.write_file("out.txt", "é")
        self.assertEqual(bridge.read_bytes("out.txt"), "é".encode())


class Apart(unittest.TestCase):
    def test_without_a_submission(self):
        bridge.disconnect()
        with self.assertRaisesRegex(RuntimeError, "no submission"):
            bridge.files()

    def test_a_session_that_ends(self):
        session = two_sessions.Session({"quits.py": "import os\ndef quit(): os._exit(0)\ndef stay(): return 1\n"})
        self.addCleanup(session.close)
        self.addCleanup(bridge.disconnect)
        peer = bridge.connect(["quits"], session.exchange)
        import quits

        self.assertEqual(quits.stay(), 1)
        for call in (quits.quit, quits.stay):
            with self.assertRaises(bridge.faults.Ended):
                call()
        self.assertIsInstance(peer.violation, bridge.faults.Ended)


if __name__ == "__main__":
    unittest.main()
