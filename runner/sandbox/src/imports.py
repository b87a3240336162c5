"""Holds the program's own imports to a list. Run once, before the program; `allow` (a list, or None for any module) and `deny` are set.

The program is all code that lies neither in the standard library nor in `site-packages`; what those import for themselves is not looked
at, so a program that may import `json` may use it. This is an aid for teaching and grading, and no wall: code that wants a module finds
it (`json.decoder.re`), and finds nothing there that the session was not granted."""

import builtins
import difflib
import functools
import importlib
import importlib.util
import sys
import traceback

STDLIB = sys._stdlib_dir + "/"
# Statements about the source, and the program itself.
ALWAYS = ("__future__", "__main__")
SHOWN = 12


class Typo(Exception):
    """A module that is denied, that there is none of, and that is spelled nearly as one of the standard library."""


def listed(name, names):
    """The entry of `names` that covers `name`: itself, or a package that it is in."""
    while name not in names:
        name, _, _ = name.rpartition(".")
        if not name:
            return None
    return name


def refuse(name):
    entry = listed(name, deny)
    if entry is not None:
        reason = f"this program may not import it (`--deny-import {entry}`)"
    elif allow:
        names = ", ".join(allow[:SHOWN]) + (", …" if len(allow) > SHOWN else "")
        reason = f"this program may only import {names} (`--allow-import`)"
    else:
        reason = "this program may import nothing (`--allow-import`)"
    raise ModuleNotFoundError(f"No module named {name!r}: {reason}", name=name)


def check(name, items=()):
    """`import name`, or `from name import items`."""
    if listed(name, deny):
        refuse(name)
    items = [f"{name}.{item}" for item in items if isinstance(item, str)]
    for item in items:
        if listed(item, deny):
            refuse(item)
    if allow is None or name in ALWAYS or listed(name, allow):
        return
    if not items or not all(listed(item, allow) for item in items):
        refuse(name)


def is_library(frame):
    """Whether this code belongs to the standard library or to an installed package: it, and the module that it runs in."""
    spec = frame.f_globals.get("__spec__")
    return is_installed(frame.f_code.co_filename) and is_installed(getattr(spec, "origin", None))


def is_installed(path):
    return isinstance(path, str) and (path.startswith(STDLIB) or "/site-packages/" in path)


def absolute(name, level, scope):
    if level == 0:
        return name
    try:
        return importlib.util.resolve_name("." * level + name, scope.get("__package__"))
    except ImportError:
        return None  # the import itself says what is wrong


def guard_import(plain):
    @functools.wraps(plain)
    def __import__(name, globals=None, locals=None, fromlist=(), level=0):
        # What the interpreter itself imports comes with an empty list, and one dictionary twice (`PyImport_Import`).
        internal = type(fromlist) is list and not fromlist and globals is locals is not None
        frame = None if internal else sys._getframe(1)
        if isinstance(name, str) and frame and not is_library(frame):
            full = absolute(name, level, frame.f_globals if globals is None else globals)
            if full:
                check(full, fromlist or ())
        return plain(name, globals, locals, fromlist, level)

    return forget_plain(__import__)


def guard_import_module(plain):
    @functools.wraps(plain)
    def import_module(name, package=None):
        if isinstance(name, str) and not is_library(sys._getframe(1)):
            check(absolute(name.lstrip("."), len(name) - len(name.lstrip(".")), {"__package__": package}) or name)
        return plain(name, package)

    return forget_plain(import_module)


def forget_plain(function):
    del function.__wrapped__
    return function


def leave_out_of_tracebacks():
    """A traceback ends at the program's own `import`, as the import system's do."""
    plain, own = traceback._walk_tb_with_full_positions, globals()

    def walk(tb):
        return (step for step in plain(tb) if step[0].f_globals is not own)

    traceback._walk_tb_with_full_positions = walk


def find_typo():
    for name in deny:
        top = name.partition(".")[0]
        try:
            found = top in sys.stdlib_module_names or importlib.util.find_spec(top)
        except (ImportError, ValueError):
            continue  # it is known, and says why it cannot be had
        meant = difflib.get_close_matches(top, sys.stdlib_module_names, 1, 0.8)
        if not found and meant:
            raise Typo(f"{name} {meant[0]}")


find_typo()
leave_out_of_tracebacks()
builtins.__import__ = guard_import(builtins.__import__)
importlib.__import__ = guard_import(importlib.__import__)
importlib.import_module = guard_import_module(importlib.import_module)
