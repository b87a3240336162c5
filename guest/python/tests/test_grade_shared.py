"""Temporary files, which a test and the submission seem to share."""

import os
import pathlib
import shutil
import tempfile

import two_sessions
from _croquant.grade import shared


class Shared(two_sessions.TwoSessions):
    files = {
        "solution.py": '''
            import os, pathlib, tempfile

            def append(path, text):
                with open(path.replace(HERE, tempfile.gettempdir()), "a") as file:
                    file.write(text)

            def lines(path):
                with open(path.replace(HERE, tempfile.gettempdir())) as file:
                    yield from file

            def write_here(name):
                pathlib.Path(name).write_text("here")

            def remove(path):
                os.remove(path.replace(HERE, tempfile.gettempdir()))

            def make(count):
                for number in range(count):
                    pathlib.Path(tempfile.gettempdir(), str(number)).touch()

            def clean():
                for path in pathlib.Path(tempfile.gettempdir()).iterdir():
                    if path.is_file():
                        path.unlink()

            HERE = None
        ''',
    }

    def setUp(self):
        super().setUp()
        # Both ends are on one machine here, so that their folders differ; in the guest both are `/tmp`.
        self.plain, folder = tempfile.tempdir, tempfile.mkdtemp()
        tempfile.tempdir, self.peer.shared = folder, None
        self.addCleanup(self.put_back, folder)
        import solution

        self.solution = solution
        self.solution.HERE = folder
        self.path = pathlib.Path(tempfile.mkdtemp())

    def put_back(self, folder):
        tempfile.tempdir, self.peer.shared = self.plain, None
        shutil.rmtree(folder)

    def test_what_the_test_wrote_is_there(self):
        (self.path / "a").write_text("one\ntwo\n")
        self.solution.append(str(self.path / "a"), "three\n")
        self.assertEqual((self.path / "a").read_text(), "one\ntwo\nthree\n")
        self.assertEqual(list(self.solution.lines(str(self.path / "a"))), ["one\n", "two\n", "three\n"])
        (self.path / "a").unlink()
        with self.assertRaises(FileNotFoundError):
            next(self.solution.lines(str(self.path / "a")))

    def test_what_the_submission_wrote_is_there(self):
        self.solution.append(str(self.path / "new"), "x")
        self.assertEqual(os.listdir(self.path), ["new"])
        self.solution.remove(str(self.path / "new"))
        self.assertEqual(os.listdir(self.path), [])

    def test_the_working_folder_goes_along(self):
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.path)
        self.solution.write_here("report")
        self.assertEqual((self.path / "report").read_text(), "here")

    def test_too_many_files_are_an_error(self):
        with self.assertRaisesRegex(OSError, "more than what a test and a submission can share"):
            self.solution.make(2_000)
        self.solution.clean()
        self.solution.make(2)

    def test_paths_that_lead_out_are_refused(self):
        folder = shared.Folder(str(self.path))
        folder.take({"a/b": b"fine"}, [])
        self.assertEqual((self.path / "a/b").read_bytes(), b"fine")
        for path in ("/x", "../x", "a/../../x", "x\0"):
            with self.assertRaises(ValueError):
                folder.take({path: b"x"}, [])
            with self.assertRaises(ValueError):
                folder.take({}, [path])
        for told in (None, ({}, {}), ([], []), ({"a": 1}, []), ({1: b""}, []), ({}, [1]), ({},)):
            self.assertFalse(shared.is_changes(told))
        self.assertTrue(shared.is_changes(({"a": b"", "b": None}, ["c"])))
