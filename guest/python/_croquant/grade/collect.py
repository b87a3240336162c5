"""Finding tests: in modules that have run, in the order in which they are written."""

import ast
import inspect
import itertools
import types
import unittest

from . import fixtures, proxy
from .api import Fixture, Mark, Param
from .cases import Function, Method
from .rewrite import FUNCTIONS


def in_module(module, path, shared):
    """The tests of a module. `shared`: the fixtures that it inherits from `conftest.py`."""
    known = fixtures.merged(shared, fixtures.of(vars(module)))
    marks = module_marks(module)
    found = []
    for name, value in list(vars(module).items()):
        if is_class_of(module, value):
            if issubclass(value, unittest.TestCase):
                found += methods(value, module, path, marks)
            elif name.startswith("Test") and "__init__" not in vars(value):
                found += functions_of_class(value, module, path, known, marks, name)
        elif name.startswith("test") and type(value) is types.FunctionType and value.__module__ == module.__name__:
            found += functions(value, None, module, f"{path}::{name}", known, marks)
    return found


def is_class_of(module, value):
    """Whether a test class may be it: one of the module's own, whatever its metaclass, that is not abstract."""
    if not isinstance(value, type) or issubclass(type(value), proxy.RemoteType):
        return False
    return value.__module__ == module.__name__ and not inspect.isabstract(value)


def module_marks(module):
    marks = getattr(module, "pytestmark", [])
    return [marks] if isinstance(marks, Mark) else [mark for mark in marks if isinstance(mark, Mark)]


def marks_of(target):
    return [mark for mark in getattr(target, "croquant_marks", []) if isinstance(mark, Mark)]


def class_marks(cls):
    own = getattr(cls, "pytestmark", [])
    marks = [own] if isinstance(own, Mark) else list(own)
    for base in cls.__mro__:
        marks += vars(base).get("croquant_marks", [])
    return [mark for mark in marks if isinstance(mark, Mark)]


def names_of(cls, prefix):
    """The names of a class's test methods, those of its bases first, as they are written."""
    names = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if name.startswith(prefix) and callable(value) and not isinstance(value, Fixture):
                names.setdefault(name)
    return [name for name in names if callable(getattr(cls, name, None))]


def methods(cls, module, path, marks):
    """The tests of a `unittest.TestCase`."""
    found = []
    for name in names_of(cls, "test"):
        function = getattr(cls, name)
        found.append(Method(f"{path}::{cls.__qualname__}::{name}", module, function, [*marks_of(function), *class_marks(cls), *marks], cls, name))
    return found


def functions_of_class(cls, module, path, known, marks, name):
    """The tests of a class as pytest has them, and of the classes in it."""
    known = fixtures.merged(known, fixtures.of({key: value for base in reversed(cls.__mro__) for key, value in vars(base).items()}))
    marks = [*class_marks(cls), *marks]
    found = []
    for each in names_of(cls, "test"):
        function = getattr(cls, each)
        if type(function) is types.FunctionType:
            found += functions(function, cls, module, f"{path}::{name}::{each}", known, marks)
    for each, value in vars(cls).items():
        if isinstance(value, type) and each.startswith("Test"):
            found += functions_of_class(value, module, path, known, marks, f"{name}::{each}")
    return found


def functions(function, cls, module, id, known, marks):
    """The tests that a function is: one, or one for each set of parameters."""
    marks = [*marks_of(function), *marks]
    sets = [*parametrized(marks), *parametrized_fixtures(function, cls, known, marks)]
    found = []
    for chosen in itertools.product(*sets):
        arguments, params, extra, ids = {}, {}, [], []
        for one in chosen:
            arguments |= one.arguments
            params |= one.params
            extra += one.marks
            ids.append(one.id)
        suffix = f"[{'-'.join(ids)}]" if ids else ""
        found.append(Function(id + suffix, module, function, [*extra, *marks], cls, known, arguments, params))
    return distinct(found)


def distinct(tests):
    """Ids that are the same get numbers."""
    counts = {}
    for test in tests:
        counts.setdefault(test.id, []).append(test)
    for id, same in counts.items():
        if len(same) > 1:
            for number, test in enumerate(same):
                test.id = f"{id[:-1]}{number}]" if id.endswith("]") else f"{id}[{number}]"
    return tests


class Chosen:
    """One set of values, and what it is called."""

    def __init__(self, id, arguments, params, marks):
        self.id, self.arguments, self.params, self.marks = id, arguments, params, marks


def parametrized(marks):
    """For each `parametrize`, its sets; the one nearest to the function varies fastest."""
    sets = []
    for mark in reversed([mark for mark in marks if mark.name == "parametrize"]):
        names = names_given(mark)
        values, *rest = mark.args[1:] or [mark.kwargs.get("argvalues", ())]
        indirect = mark.kwargs.get("indirect", rest[0] if rest else False)
        ids = mark.kwargs.get("ids")
        one = []
        for number, value in enumerate(values):
            given = value if isinstance(value, Param) else Param(tuple(value) if len(names) > 1 else (value,), (), None)
            if len(given.values) != len(names):
                raise ValueError(f"parametrize names {', '.join(names)}, and set {number} has {len(given.values)} values")
            pairs = dict(zip(names, given.values))
            through = names if indirect is True else indirect or ()
            params = {name: (value,) for name, value in pairs.items() if name in through}
            arguments = {name: value for name, value in pairs.items() if name not in through}
            one.append(Chosen(id_of(given, names, number, ids), arguments, params, given.marks))
        sets.append(one)
    return sets


def names_given(mark):
    """The names of the arguments that a `parametrize` gives values."""
    names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
    return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else list(names)


def parametrized_fixtures(function, cls, known, marks):
    """For each fixture with parameters that the function needs, its sets."""
    through = {name for mark in marks if mark.name == "parametrize" for name in (names_given(mark) if mark.kwargs.get("indirect") else ())}
    wanted = [*fixtures.argument_names(function, cls is not None)]
    wanted += [name for mark in marks if mark.name == "usefixtures" for name in mark.args]
    wanted += [fixture.name for fixture in known.values() if fixture.autouse]
    sets, seen = [], set()
    while wanted:
        name = wanted.pop(0)
        fixture = known.get(name)
        if fixture is None or name in seen:
            continue
        seen.add(name)
        wanted += fixtures.argument_names(fixture.function, True)
        if fixture.params is not None and name not in through:
            one = []
            for number, given in enumerate(fixture.params):
                one.append(Chosen(id_of(given, [name], number, fixture.ids), {}, {name: given.values}, given.marks))
            sets.append(one)
    return sets


def id_of(given, names, number, ids):
    if given.id is not None:
        return given.id
    if ids is not None:
        made = ids(given.values[0]) if callable(ids) and len(given.values) == 1 else ids[number] if not callable(ids) else None
        if callable(ids) and len(given.values) > 1:
            return "-".join(str(ids(value) or part(value, name, number)) for value, name in zip(given.values, names))
        if made is not None:
            return str(made)
    return "-".join(part(value, name, number) for value, name in zip(given.values, names))


def part(value, name, number):
    """As pytest names a value: itself if it is short and plain, or the argument's name with a number."""
    if type(value) is str:
        return value.encode("unicode_escape").decode("ascii")
    if value is None or type(value) in {int, float, bool, complex}:
        return str(value)
    called = getattr(value, "__name__", None) if isinstance(value, (type, types.FunctionType)) else None
    return part(called, name, number) if type(called) is str else f"{name}{number}"


def written(source, path):
    """The ids of the tests that a module would have: for one that could not run."""
    found = []
    for node in ast.parse(source, path).body:
        if isinstance(node, FUNCTIONS) and node.name.startswith("test"):
            found.append((f"{path}::{node.name}", node.name, node.lineno))
        elif isinstance(node, ast.ClassDef):
            is_case = any("TestCase" in ast.unparse(base) for base in node.bases) or node.name.startswith("Test")
            for inner in node.body if is_case else ():
                if isinstance(inner, FUNCTIONS) and inner.name.startswith("test"):
                    found.append((f"{path}::{node.name}::{inner.name}", inner.name, inner.lineno))
    return found
