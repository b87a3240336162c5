"""`monkeypatch` and `recwarn`: changes that a test makes and that are undone after it."""

import contextlib
import importlib
import os
import sys
import warnings

from . import replaced

NOTHING = object()


def patch(finishers):
    made = MonkeyPatch()
    finishers.append(made.undo)
    return made


def warnings_seen(finishers):
    context = warnings.catch_warnings(record=True)
    caught = context.__enter__()
    warnings.simplefilter("always")
    finishers.append(lambda: context.__exit__(None, None, None))
    return Warnings(caught)


class Warnings:
    """`recwarn`: the warnings since the test began, as a list."""

    def __init__(self, caught):
        self.list = caught

    def __len__(self):
        return len(self.list)

    def __iter__(self):
        return iter(self.list)

    def __getitem__(self, number):
        return self.list[number]

    def pop(self, cls=Warning):
        """Takes the first warning of that class out."""
        for number, each in enumerate(self.list):
            if issubclass(each.category, cls):
                return self.list.pop(number)
        raise AssertionError(f"no warning is a {cls.__name__}")

    def clear(self):
        self.list.clear()


class MonkeyPatch:
    """Sets attributes, items, variables and the working folder, until `undo`."""

    def __init__(self):
        self._undo = []

    @contextlib.contextmanager
    def context(self):
        """What is changed through the one that it gives is undone at its end."""
        inner = MonkeyPatch()
        try:
            yield inner
        finally:
            inner.undo()

    def undo(self):
        while self._undo:
            self._undo.pop()()

    def setattr(self, target, name, value=NOTHING, raising=True):
        if value is NOTHING:
            target, name, value = *resolve(target), name
        old = getattr(target, name, NOTHING)
        if old is NOTHING and raising:
            raise AttributeError(f"{target!r} has no attribute {name!r}")
        replaced.notice(target, name)
        if isinstance(target, type):
            old = vars(target).get(name, NOTHING) if type(target) is type else old
        setattr(target, name, value)
        self._undo.append(lambda: delattr(target, name) if old is NOTHING else setattr(target, name, old))

    def delattr(self, target, name=NOTHING, raising=True):
        if name is NOTHING:
            target, name = resolve(target)
        if not hasattr(target, name):
            if raising:
                raise AttributeError(name)
            return
        old = getattr(target, name)
        delattr(target, name)
        self._undo.append(lambda: setattr(target, name, old))

    def setitem(self, target, key, value):
        old = target.get(key, NOTHING) if hasattr(target, "get") else target[key]
        target[key] = value
        self._undo.append(lambda: target.pop(key, None) if old is NOTHING else target.__setitem__(key, old))

    def delitem(self, target, key, raising=True):
        if key not in target:
            if raising:
                raise KeyError(key)
            return
        old = target.pop(key)
        self._undo.append(lambda: target.__setitem__(key, old))

    def setenv(self, name, value, prepend=None):
        if prepend and name in os.environ:
            value = f"{value}{prepend}{os.environ[name]}"
        self.setitem(os.environ, name, str(value))

    def delenv(self, name, raising=True):
        self.delitem(os.environ, name, raising)

    def chdir(self, path):
        old = os.getcwd()
        os.chdir(path)
        self._undo.append(lambda: os.chdir(old))

    def syspath_prepend(self, path):
        old = sys.path[:]
        sys.path.insert(0, str(path))
        self._undo.append(lambda: sys.path.__setitem__(slice(None), old))


def resolve(dotted):
    """`"module.attribute"`: the object that has the last part, and its name."""
    path, _, name = dotted.rpartition(".")
    first, *rest = path.split(".")
    target = importlib.import_module(first)
    for number, part in enumerate(rest):
        try:
            target = getattr(target, part)
        except AttributeError:
            target = importlib.import_module(".".join([first, *rest[: number + 1]]))
    return target, name
