"""The folder of temporary files, `/tmp`, which tests and submission seem to share: `tmp_path` is handed to the submission as a path.

Each end has a file system of its own. Once a test has made something there, what changed goes along before each request, and what the submission
changed comes back after it. Nothing of the test's own folder ever goes along.
"""

import os
import tempfile
from io import open  # a test may replace the one in `builtins`

MOST_BYTES = 1 << 20
MOST_FILES = 1_000


class Folder:
    """What an end knows that both have: paths beneath the folder, with the bytes of files, and None for folders."""

    def __init__(self, root):
        self.root, self.known = root, {}

    def changes(self):
        """What is new or different, as `{path: bytes | None}`, and what is gone, as a list."""
        now = self.look()
        new = {path: data for path, data in now.items() if path not in self.known or self.known[path] != data}
        gone = [path for path in self.known if path not in now]
        self.known = now
        return new, gone

    def look(self):
        found, size = {}, 0
        for parent, folders, names in os.walk(self.root):
            for name in folders:
                found[os.path.relpath(os.path.join(parent, name), self.root)] = None
            for name in names:
                path = os.path.join(parent, name)
                try:
                    with open(path, "rb") as file:
                        data = file.read(MOST_BYTES + 1)
                except OSError:
                    continue
                size += len(data)
                if size > MOST_BYTES or len(found) >= MOST_FILES:
                    raise OSError(f"the temporary files are more than what a test and a submission can share: {MOST_BYTES >> 20} MiB, {MOST_FILES} files")
                found[os.path.relpath(path, self.root)] = data
        return found

    def take(self, new, gone):
        """Makes the other end's changes here. Paths that lead out of the folder are a lie."""
        for path in gone:
            here = self.place(path)
            try:
                os.rmdir(here) if self.known.get(path) is None else os.remove(here)
            except OSError:
                continue
            self.known.pop(path, None)
        for path, data in sorted(new.items()):
            here = self.place(path)
            os.makedirs(here if data is None else os.path.dirname(here), exist_ok=True)
            if data is not None:
                with open(here, "wb") as file:
                    file.write(data)
            self.known[path] = data

    def place(self, path):
        if type(path) is not str or "\0" in path or os.path.isabs(path) or ".." in path.split("/"):
            raise ValueError("a path that leads out of the shared folder")
        return os.path.join(self.root, path)


def is_changes(told):
    """Whether the other end has told changes."""
    if type(told) is not tuple or len(told) != 2:
        return False
    new, gone = told
    if type(new) is not dict or type(gone) is not list:
        return False
    return all(type(path) is str and type(data) in {bytes, type(None)} for path, data in new.items()) and all(type(path) is str for path in gone)


noticed = None
plain_names = tempfile._get_candidate_names


def watch(function):
    """Calls `function` when something temporary is about to be made; None ends that."""
    global noticed
    noticed = function
    tempfile._get_candidate_names = names if function is not None else plain_names


def names():
    noticed()
    return plain_names()


def folder():
    return Folder(tempfile.gettempdir())


def inside(path):
    """The working folder, if it lies in the shared one, relative to that."""
    root = tempfile.gettempdir()
    return os.path.relpath(path, root) if path == root or path.startswith(root + "/") else None
