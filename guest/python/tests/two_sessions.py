"""Two sessions for tests: the checker is this process, the submission another one, and these files carry what they say."""

import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

from _croquant.grade import bridge

HERE = pathlib.Path(__file__).parent


class Session:
    """A submission's session, in a folder of its own."""

    def __init__(self, files):
        self.folder = tempfile.TemporaryDirectory()
        for name, text in files.items():
            path = pathlib.Path(self.folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        temporary = pathlib.Path(self.folder.name, ".tmp")
        temporary.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(HERE / "submission_session.py"), self.folder.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        self.receive()  # it is ready

    def receive(self):
        parts = []
        for _ in range(3):
            size = self.process.stdout.read(4)
            if len(size) < 4:
                raise EOFError("the submission's session has ended")
            parts.append((size, self.process.stdout.read(int.from_bytes(size, "little"))))
        (out_size, out), (err_size, err), (_, message) = parts
        return out_size + out + err_size + err + message

    def exchange(self, data):
        self.process.stdin.write(len(data).to_bytes(4, "little") + data)
        self.process.stdin.flush()
        return self.receive()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.folder.cleanup()


class TwoSessions(unittest.TestCase):
    """Tests of one submission: `files` is what lies in its folder. All tests of a class share its session."""

    files = {}

    @classmethod
    def setUpClass(cls):
        cls.session = Session(cls.files)
        cls.addClassCleanup(cls.session.close)
        cls.peer = bridge.connect([name.removesuffix(".py").split("/")[0] for name in cls.files], cls.session.exchange)
        cls.addClassCleanup(bridge.disconnect)

    def setUp(self):
        self.addCleanup(lambda: self.assertIsNone(self.peer.violation))
