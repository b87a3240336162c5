"""What would be run here of what the submission says: `eval`, `exec`, `compile` and `pickle` as tests have them, annotations, examples in docstrings.

Nobody sees of a text where it comes from. A test's own is one whose lines are all among the texts in its file; any other may only write down data:
literals, and calls of the submission's own classes and functions or of the types in `PLAIN`. It may not name what the test knows, wherever that
comes from: `eval(repr(result)) == EXPECTED` would hold for a result whose `repr` is "EXPECTED".
"""

import ast
import builtins
import collections
import copyreg
import datetime
import decimal
import dis
import doctest
import fractions
import functools
import inspect
import sys
import types
import typing
import uuid

from . import granted, proxy

HINT = "hint: compare values instead; a test runs only what its own file says, and data that names the submission's classes"
# Types that can be written down and made of data.
PLAIN = frozenset(map(id, (
    object, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice,
    decimal.Decimal, fractions.Fraction, uuid.UUID, datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone,
    collections.OrderedDict, collections.Counter, collections.deque, collections.defaultdict,
)))  # fmt: skip
DATA = (
    ast.Expression, ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript,
    ast.Slice, ast.Starred, ast.keyword, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
    ast.Module, ast.Interactive, ast.Expr, ast.Pass,
)  # fmt: skip
# What bytecode does that is more than naming a type.
DOING = frozenset(("CALL", "IMPORT", "STORE", "DELETE", "FORMAT", "CONVERT"))
# What pickles of any object call.
MAKING = frozenset(map(id, (copyreg._reconstructor, copyreg.__newobj__, copyreg.__newobj_ex__)))
plain_examples_of = doctest.DocTestFinder._get_test


class Refused(TypeError):
    """A text that would do something here."""


class OfTests:
    """`eval`, `exec` and `compile` for a test module, whose own texts are in `code`."""

    def __init__(self, code):
        self.code = code

    @functools.cached_property
    def lines(self):
        return frozenset(line.strip() for text in texts_in(self.code) for line in text.splitlines())

    def names(self):
        return {"eval": self.eval, "exec": self.exec, "compile": self.compile}

    def eval(self, source, /, globals=None, locals=None):
        globals, locals = spaces(globals, locals, sys._getframe(1))
        return builtins.eval(self.seen(source, "eval", globals, locals), globals, locals)

    def exec(self, source, /, globals=None, locals=None, **options):
        globals, locals = spaces(globals, locals, sys._getframe(1))
        return builtins.exec(self.seen(source, "exec", globals, locals), globals, locals, **options)

    def compile(self, source, filename, mode, flags=0, *rest, **options):
        if not flags & ast.PyCF_ONLY_AST:
            source = self.seen(source, mode, *spaces(None, None, sys._getframe(1)))
        return builtins.compile(source, filename, mode, flags, *rest, **options)

    def seen(self, source, mode, globals, locals):
        """`source`, if it may run. What is compiled already was seen when it was."""
        if isinstance(source, types.CodeType):
            return source
        tree = source
        if not isinstance(source, ast.AST):
            text = source if isinstance(source, str) else bytes(source).decode()
            is_name = text.strip().replace(".", "").isidentifier()
            if not is_name and all(line.strip() in self.lines for line in text.splitlines()):
                return source
            tree = ast.parse(text.lstrip(" \t") if mode == "eval" else text, mode=mode)
        look_at(tree, collections.ChainMap(locals, globals, vars(builtins)))
        return source


def texts_in(code):
    """The text constants of a test module's code."""
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from texts_in(const)
        for each in const if isinstance(const, (tuple, frozenset)) else (const,):
            if isinstance(each, (str, bytes)):
                yield each if isinstance(each, str) else each.decode("latin-1")


def spaces(globals, locals, frame):
    """The namespaces that code runs in, as `eval` finds them."""
    if globals is None:
        return frame.f_globals, frame.f_locals if locals is None else locals
    return globals, globals if locals is None else locals


def look_at(node, known):
    """Refuses what is not data, the names of the submission's things, and calls of these."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        value_of(node, known)
    elif isinstance(node, ast.Call):
        value_of(node.func, known)
        for each in (*node.args, *node.keywords):
            look_at(each, known)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        look_at_import(node)
    elif isinstance(node, DATA):
        for each in ast.iter_child_nodes(node):
            look_at(each, known)
    else:
        raise Refused(f"what is run here may be the submission's, and is more than data: {ast.unparse(node)[:80]}\n{HINT}")


def value_of(node, known, inside=False):
    """What a dotted name stands for: something of the submission's, or one of the types that make data."""
    if isinstance(node, ast.Name):
        value = known.get(node.id)
    elif isinstance(node, ast.Attribute) and not node.attr.startswith("_"):
        of = value_of(node.value, known, True)
        value = of if proxy.is_stand_in(of) else getattr(of, node.attr, None)
    else:
        value = None
    if proxy.is_stand_in(value) or id(value) in PLAIN or inside and type(value) is types.ModuleType:
        return value
    raise Refused(f"what is run here may be the submission's, and names what is not its own: {ast.unparse(node)[:80]}\n{HINT}")


def look_at_import(node):
    named = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    if not all(name and proxy.is_stand_in(sys.modules.get(name)) for name in named):
        raise Refused(f"what is run here may be the submission's, and imports what is not its own\n{HINT}")


def evaluate(source, globals=None, locals=None):
    """`eval` for `typing` and `inspect`: an annotation that is a string may be the submission's. It names types, and calls nothing."""
    code = compile(source, "<annotation>", "eval") if isinstance(source, str) else source
    does = {instruction.opname.partition("_")[0] for instruction in dis.get_instructions(code)}
    if not does.isdisjoint(DOING) or any(isinstance(const, types.CodeType) for const in code.co_consts):
        raise TypeError("an annotation of the submission's is no type")
    return eval(code, globals, locals)


def examples_of(self, of, *rest):
    """The examples of a docstring, which `doctest` runs here: not those of the submission's."""
    if proxy.is_stand_in(of):
        raise TypeError("the examples in a submission's docstrings would run among the tests")
    return plain_examples_of(self, of, *rest)


def watch():
    """From now on the standard library runs nothing of the submission's."""
    typing.eval = inspect.eval = evaluate
    doctest.DocTestFinder._get_test = examples_of


def watch_pickle():
    """From now on `pickle` makes objects of data's types and of the test's own classes, and calls nothing else."""
    import _compat_pickle
    import pickle

    class Unpickler(pickle._Unpickler):
        def find_class(self, module, name):
            if self.proto < 3 and self.fix_imports:
                module, name = _compat_pickle.NAME_MAPPING.get((module, name), (_compat_pickle.IMPORT_MAPPING.get(module, module), name))
            found = sys.modules.get(module)
            for part in name.split("."):
                found = getattr(found, part, None)
            is_class = isinstance(found, type) and (id(found) in PLAIN or granted.is_of_test(found))
            if is_class or id(found) in MAKING:
                return found
            raise pickle.UnpicklingError(f"this may be the submission's, and makes more than data: {module}.{name}\n{HINT}")

    def load(file, **options):
        return Unpickler(file, **options).load()

    def loads(data, /, **options):
        return Unpickler(pickle.io.BytesIO(data), **options).load()

    pickle.Unpickler, pickle.load, pickle.loads = Unpickler, load, loads
