"""Fixtures of a test: found by the names of its arguments, made, and finished in the opposite order."""

import contextlib
import inspect
import io
import os
import pathlib
import sys
import tempfile
from unittest import mock

from . import monkey
from .api import Fixture
from .outcomes import Failed


class Request:
    """`request`: what a fixture knows of its test."""

    def __init__(self, setting, fixture=None, param=None):
        self._setting, self.fixturename = setting, fixture
        self.node, self.function, self.module, self.instance = setting.test, setting.test.function, setting.test.module, setting.instance
        self.cls = type(setting.instance) if setting.instance is not None else None
        self.config = None
        if param is not None:
            (self.param,) = param

    def addfinalizer(self, function):
        self._setting.finishers.append(function)

    def getfixturevalue(self, name):
        return self._setting.value(name)


class Setting:
    """What one test runs in."""

    def __init__(self, test, instance):
        self.test, self.instance = test, instance
        self.values, self.finishers, self.making = {}, [], []

    def value(self, name):
        if name in self.values:
            return self.values[name]
        fixture = self.test.known.get(name) if name not in self.making else self.test.over(name, self.making.count(name))
        if fixture is None and name in self.test.arguments:
            return self.test.arguments[name]
        if fixture is None:
            make = BUILTIN.get(name)
            if make is None:
                known = ", ".join(sorted({*self.test.known, *BUILTIN}))
                raise LookupError(f"there is no fixture {name!r}; there are: {known}")
            made = make(self)
        else:
            made = self.make(name, fixture)
        self.values[name] = made
        return made

    def make(self, name, fixture):
        if self.making.count(name) > 8:
            raise LookupError(f"the fixture {name!r} needs itself")
        self.making.append(name)
        try:
            chosen = self.test.params.get(name)
            request = Request(self, name, chosen)
            names = argument_names(fixture.function, self.instance is not None)
            values = {each: request if each == "request" else self.value(each) for each in names}
        finally:
            self.making.pop()
        function = fixture.function
        if self.instance is not None and takes_self(function):
            function = function.__get__(self.instance)
        if not inspect.isgeneratorfunction(fixture.function):
            return function(**values)
        generator = function(**values)
        try:
            made = next(generator)
        except StopIteration:
            raise Failed(f"the fixture {name!r} yields nothing") from None
        self.finishers.append(lambda: finish(generator, name))
        return made

    def finish(self):
        """Finishes all, whatever one of them raises; that is raised in the end."""
        first = None
        while self.finishers:
            try:
                self.finishers.pop()()
            except BaseException as error:
                first = first or error
        if first is not None:
            raise first


def finish(generator, name):
    for _ in generator:
        raise Failed(f"the fixture {name!r} yields more than once")


def takes_self(function):
    return next(iter(inspect.signature(function).parameters), None) == "self"


def argument_names(function, bound=False):
    """The parameters without a default, which fixtures give their values."""
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    names = [each.name for each in parameters if each.kind in kinds and each.default is each.empty and not (bound and each.name == "self")]
    return names[mocks_of(function) :]


def mocks_of(function):
    """How many of its first arguments `unittest.mock.patch` gives."""
    return sum(getattr(each, "attribute_name", None) is None and each.new is mock.DEFAULT for each in getattr(function, "patchings", ()))


def of(namespace):
    """The fixtures in a module's or class's namespace, by their names."""
    return {value.name: value for value in list(namespace.values()) if type(value) is Fixture}


def merged(outer, inner):
    """The fixtures that are known where `inner` are defined."""
    for name, fixture in inner.items():
        if (other := outer.get(name)) is not fixture:
            fixture.over = other
    return {**outer, **inner}


class Captured(tuple):
    """What `readouterr` gives."""

    __slots__ = ()
    out = property(lambda self: self[0])
    err = property(lambda self: self[1])


class Capture:
    """`capsys`: what was printed since the last time, by the test and by the submission."""

    def __init__(self, setting):
        self._old = sys.stdout, sys.stderr
        self._new = sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
        setting.finishers.append(self._close)

    def _close(self):
        texts = self.readouterr()
        sys.stdout, sys.stderr = self._old
        self._old[0].write(texts.out)
        self._old[1].write(texts.err)

    @contextlib.contextmanager
    def disabled(self):
        """Within it, what is printed is not captured."""
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._old
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept

    def readouterr(self):
        texts = tuple(stream.getvalue() for stream in self._new)
        for stream in self._new:
            stream.seek(0)
            stream.truncate()
        return Captured(texts)


class Folders:
    """`tmp_path_factory`."""

    def mktemp(self, name, numbered=True):
        return pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-"))

    def getbasetemp(self):
        return pathlib.Path(tempfile.gettempdir())


def temporary(setting):
    os.makedirs(tempfile.gettempdir(), exist_ok=True)
    return pathlib.Path(tempfile.mkdtemp())


def records(setting):
    from .logs import Records

    return Records(setting)


BUILTIN = {
    "capsys": Capture,
    "capfd": Capture,
    "tmp_path": temporary,
    "tmp_path_factory": lambda setting: Folders(),
    "monkeypatch": lambda setting: monkey.patch(setting.finishers),
    "request": Request,
    "caplog": records,
    "recwarn": lambda setting: monkey.warnings_seen(setting.finishers),
}
