"""The checker's way to the submission: `import solution` gives a stand-in, scripts are run, files are read.

`connect` is asked once per session, with the names of the submission's modules. The state is one peer, kept here.
"""

import importlib.abc
import importlib.machinery
import io
import sys

import _croquant_host as host

from . import evaluated, faults, replaced, shared
from .checker import Checker
from .values import check

peer = None
spare = None  # made with the image, for the session's first connection


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the submission's modules, and whatever lies in its packages, on the other side."""

    def __init__(self, peer, modules):
        self.peer, self.modules = peer, frozenset(modules)
        self.made, self.new = set(), None

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in self.modules:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin="the submission", is_package=True)

    def create_module(self, spec):
        self.new = module = self.peer.import_module(spec.name, spec.name in self.made)
        self.made.add(spec.name)
        # What the import system would ask the other side for, name by name.
        module.__name__, module.__package__, module.__loader__, module.__path__ = spec.name, spec.name, self, []
        return module

    def exec_module(self, module):
        """Nothing for a module that was just found; any other is being reloaded."""
        new, self.new = self.new, None
        if module is not new:
            self.peer.reload(module)


class Result:
    """How a script ended: `stdout`, `stderr`, and its exit `code`."""

    def __init__(self, stdout, stderr, code):
        self.stdout, self.stderr, self.code = stdout, stderr, code

    def __repr__(self):
        return f"Result(stdout={self.stdout!r}, stderr={self.stderr!r}, code={self.code!r})"


def connect(modules, exchange=None):
    """Makes the submission's `modules` importable here. Returns the peer."""
    global peer, spare
    disconnect()
    if exchange is not None:
        peer = Checker(exchange)
    else:
        peer, spare = spare or Checker(host.exchange), None
        peer.begin()
    sys.meta_path.insert(0, Finder(peer, modules))
    shared.watch(peer.share)
    replaced.watch(True)
    evaluated.watch()
    return peer


def disconnect():
    """Forgets the submission: its modules cannot be imported any more."""
    global peer
    for finder in [finder for finder in sys.meta_path if isinstance(finder, Finder)]:
        sys.meta_path.remove(finder)
        shared.watch(None)
        replaced.watch(False)
        for name in [name for name in sys.modules if name.partition(".")[0] in finder.modules]:
            del sys.modules[name]
    peer = None


def connected():
    if peer is None:
        raise RuntimeError("there is no submission's session here")
    return peer


def run_script(path, args=(), stdin=""):
    """Runs a script of the submission's as `__main__`; returns a `Result`. Its output goes into that, and not to `sys.stdout`."""
    here = connected()
    kept, here.sink = here.sink, ([], [])
    try:
        code = here.request(("script", str(path), tuple(str(arg) for arg in args), stdin))
        out, err = ("".join(parts) for parts in here.sink)
    finally:
        here.sink = kept
    return Result(out, err, of_type(code, int))


def files():
    """The paths of the submission's files, relative to its folder, sorted."""
    found = of_type(connected().request(("files",)), list)
    return [of_type(path, str) for path in found]


def read_bytes(path):
    """What a file of the submission's holds; `FileNotFoundError` and the like as `open` raises them."""
    return of_type(connected().request(("read", str(path))), bytes)


def read_text(path, encoding="utf-8"):
    """The text of a file of the submission's, with `\\n` at the ends of lines."""
    return open_file(path, "r", encoding=encoding).read()


def open_file(path, mode="r", encoding="utf-8"):
    """A copy of a file of the submission's, to read from."""
    if mode not in {"r", "rt", "rb"}:
        raise ValueError("a file of the submission's can only be read: mode is 'r' or 'rb'")
    data = io.BytesIO(read_bytes(path))
    return data if mode == "rb" else io.TextIOWrapper(data, encoding=encoding)


def write_file(path, data):
    """Gives the submission a file: text (as UTF-8) or bytes."""
    connected().request(("write", str(path), data.encode() if isinstance(data, str) else bytes(data)))


def traceback_of(exception):
    """The submission's traceback of an exception that it raised, as text; "" when there is none. It is what the submission says."""
    origin = faults.origin_of(exception) if isinstance(exception, BaseException) else None
    if origin is None or origin.peer.violation is not None:
        return ""
    try:
        text = origin.peer.request(("traceback", origin.hid))
    except (Exception, faults.PeerError):
        return ""
    return text if type(text) is str else ""


def of_type(value, cls):
    try:
        return check(value, cls)
    except ValueError as error:
        raise connected().violate(error) from None
