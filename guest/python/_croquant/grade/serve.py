"""The submission's end: does what the checker asks. Nothing here is a defence: the submission may change all of it."""

import builtins
import copy
import importlib
import inspect
import os
import random
import sys
import traceback
import types
from io import open  # a test may replace the one in `builtins`

import _croquant_wire as wire

from . import console, derived, granted, heard, replaced, script, shared, waiting
from .peer import Peer
from .values import MUTABLE


class Server(Peer):
    """Begun by `run`, ended by the checker."""

    loop = None
    prepared = serving = False
    shared = outside = None

    def __init__(self, exchange):
        def flushed(data):
            for stream in (sys.stdout, sys.stderr):
                try:
                    stream.flush()
                except (AttributeError, ValueError, OSError):
                    pass
            return exchange(data)

        super().__init__(flushed)
        self.console = console.make(self)
        self.replacing = replaced.Replacing()
        self.telling = heard.Telling(self)

    def prepare(self):
        """Before the submission is imported: it may keep `sys.stdin`."""
        if not self.prepared:
            self.prepared = True
            sys.stdin, builtins.input = self.console

    def run(self):
        self.prepare()
        self.serving = True
        data = self.exchange(b"")
        while data != b"end":
            data = self.exchange(self.serve(self.receive(data)))

    def permit(self, value):
        return value

    def may_raise(self, exception):
        return True

    def may_swallow(self, error, trace):
        return True

    def told_at_exit(self, kind, error):
        return kind, error

    def told_instead(self, error):
        return error

    def is_that(self, value, name):
        return False

    def function(self, name):
        module, _, name = name.rpartition(".")
        return getattr(importlib.import_module(module), name)

    def bound(self, hid, name):
        return getattr(self.own(hid), name)

    def naming(self, cls):
        module = type.__dict__["__dict__"].__get__(cls).get("__module__")
        module = module if type(module) is str else ""
        return tuple(text[:200] for text in (cls.__name__, module, cls.__qualname__))

    # What the checker asks for.

    def do_call(self, hid, args, options={}):
        return self.noting_changes(self.own(hid), args, options)

    def do_method(self, hid, name, args, options={}):
        return self.noting_changes(getattr(self.own(hid), name), args, options)

    def do_op(self, hid, name, args):
        value = self.own(hid)
        return self.noting_changes(granted.special(value, name), args, {})

    def noting_changes(self, function, args, options):
        watched = [(where, value) for where, value in (*enumerate(args), *options.items()) if type(value) in MUTABLE]
        if not watched:
            return function(*args, **options)
        states = [state(value) for _, value in watched]
        try:
            result = function(*args, **options)
            self.same = next((where for where, value in watched if value is result), None)
            return result
        finally:
            self.changes = tuple((where, value) for (where, value), old in zip(watched, states) if state(value) != old)

    def do_get(self, hid, name):
        value = self.own(hid)
        if name == "__dict__":
            return types.MappingProxyType(vars(value)) if isinstance(value, (type, types.ModuleType)) else dict(vars(value))
        return getattr(value, name)

    def do_set(self, hid, name, value):
        setattr(self.own(hid), name, value)

    def do_del(self, hid, name):
        delattr(self.own(hid), name)

    def do_dir(self, hid):
        return dir(self.own(hid))

    def do_await(self, hid):
        return waiting.run(self, self.own(hid))

    def do_op_await(self, hid, name, args):
        value = self.own(hid)
        return waiting.run(self, granted.special(value, name)(*args))

    def do_items(self, hid):
        return tuple(tuple.__iter__(self.own(hid)))

    def do_copy(self, hid, deep):
        return (copy.deepcopy if deep else copy.copy)(self.own(hid))

    def do_member(self, hid, name):
        return name in vars(self.own(hid))

    def do_isinstance(self, value, cid):
        return isinstance(value, self.own(cid))

    def do_issubclass(self, value, cid):
        return issubclass(value, self.own(cid))

    def do_signature(self, value):
        return granted.told_signature(inspect.signature(value))

    def do_import(self, name, again=False):
        if again:
            sys.modules.pop(name, None)
        return importlib.import_module(name)

    def do_reload(self, module):
        importlib.reload(module)

    def do_traceback(self, hid):
        return trace(self.own(hid))

    def do_print(self, patched):
        console.patch_print(self, patched)

    def do_replace(self, module, name, new):
        self.replacing.replace(module, name, new)

    def do_environment(self, changed, gone):
        replaced.set_environment(changed, gone)

    def do_subclass(self, name, bases, members, options):
        return derived.build(name, bases, members, options)

    def do_super(self, cls, value):
        return super(cls, value)

    def do_warnings(self, wanted):
        self.telling.warnings(wanted)

    def do_level(self, name, level):
        self.telling.level(name, level)

    def do_seed(self, value, version):
        random.seed(value, version)

    def do_script(self, path, args, stdin):
        return script.run(path, args, stdin)

    def do_files(self):
        return script.files(os.getcwd())

    def do_files_in(self, new, gone, place):
        if self.shared is None:
            self.shared, self.outside = shared.folder(), os.getcwd()
        self.shared.take(new, gone)
        os.chdir(self.outside if place is None else os.path.join(self.shared.root, place))

    def do_files_out(self):
        return self.shared.changes() if self.shared is not None else ({}, [])

    def do_read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def do_write(self, path, data):
        with open(path, "wb") as file:
            file.write(data)

    operations = {
        "call": (do_call, 2, 3), "method": (do_method, 3, 4), "op": (do_op, 3, 3), "op await": (do_op_await, 3, 3),
        "await": (do_await, 1, 1), "get": (do_get, 2, 2), "set": (do_set, 3, 3), "del": (do_del, 2, 2), "dir": (do_dir, 1, 1),
        "items": (do_items, 1, 1), "copy": (do_copy, 2, 2), "member": (do_member, 2, 2), "signature": (do_signature, 1, 1),
        "isinstance": (do_isinstance, 2, 2), "issubclass": (do_issubclass, 2, 2), "import": (do_import, 1, 2), "reload": (do_reload, 1, 1),
        "traceback": (do_traceback, 1, 1), "print": (do_print, 1, 1), "replace": (do_replace, 3, 3),
        "environment": (do_environment, 2, 2), "seed": (do_seed, 2, 2), "warnings": (do_warnings, 1, 1), "level": (do_level, 2, 2), "subclass": (do_subclass, 4, 4), "super": (do_super, 2, 2),
        "script": (do_script, 3, 3), "files": (do_files, 0, 0), "read": (do_read, 1, 1), "write": (do_write, 2, 2),
        "files in": (do_files_in, 3, 3), "files out": (do_files_out, 0, 0),
    }  # fmt: skip


def state(value):
    """What tells whether a list or the like has changed: its bytes, with what is not data by its identity."""
    return wire.dumps(list(value) if type(value) not in {list, dict, set, bytearray} else value, lambda other: (id(other),))


def trace(exception):
    """The traceback's text, without our frames."""
    told = traceback.TracebackException.from_exception(exception, compact=True)
    seen = set()

    def trim(part):
        if part is None or id(part) in seen:
            return
        seen.add(id(part))
        part.stack[:] = [frame for frame in part.stack if script.is_theirs(frame.filename)]
        for other in (part.__cause__, part.__context__, *(part.exceptions or ())):
            trim(other)

    trim(told)
    return "".join(told.format())
