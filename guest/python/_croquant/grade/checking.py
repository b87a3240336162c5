"""The requests of the checker's session: tests are compiled, collected, run one by one; sources are looked at."""

import builtins
import importlib
import os
import sys
import tokenize
import types
import unittest

from . import api, asserts, bridge, collect, constructs, derived, doctests, evaluated, faults, fixtures, gradescope, missing, rewrite, shown, submission
from .cases import Test


class Suite:
    """The test files, compiled, and the tests that were found in them."""

    def __init__(self):
        self.files, self.texts, self.modules, self.tests = {}, [], [], {}


suite = Suite()


def grade_prepare(request):
    """Compiles the test modules; tells which modules they import that are neither the standard library's nor beside them, and which of these
    only tests import, within functions: they run then, with the input and output that the test has prepared."""
    sys.modules["pytest"] = api
    sys.modules |= gradescope.modules()
    unittest.case.time = Timeless
    root, paths = request["root"], request["tests"]
    wanted, at_once, errors = [], set(), []
    modules = {}
    for path in [*conftests(root, paths), *helpers(root, paths), *paths]:
        if not path.endswith(".py"):
            suite.texts.append(path)
            continue
        try:
            modules[path] = module = rewrite.Module(read(os.path.join(root, path)), path)
        except (SyntaxError, ValueError, OSError) as error:
            errors.append(mistake(path, error))
            continue
        wanted += module.imported
        at_once.update(module.at_once)
    for path in suite.texts:
        named = imported_in_text(read(os.path.join(root, path)))
        wanted += named
        at_once.update(named)
    if not {"pickle", "shelve"}.isdisjoint(wanted):
        evaluated.watch_pickle()
    suite.modules = [name for name in dict.fromkeys(wanted) if is_of_submission(name, root, modules)]
    for path, module in modules.items():
        if path in paths or path.endswith("conftest.py"):
            try:
                suite.files[path] = module.source, module.sources(), module.compile(os.path.join(root, path), set(suite.modules))
            except SyntaxError as error:
                errors.append(mistake(path, error))
    return {"imports": suite.modules, "later": [name for name in suite.modules if name not in at_once], "errors": errors}


def mistake(path, error):
    return {"file": path, "line": getattr(error, "lineno", None), "message": f"{getattr(error, 'msg', None) or error}"}


class Timeless:
    """What `unittest` measures tests by. What is told the time cannot be remembered, and the host measures anyway."""

    @staticmethod
    def perf_counter():
        return 0.0


def read(path):
    with tokenize.open(path) as file:
        return file.read()


def conftests(root, paths):
    folders = dict.fromkeys(folder for path in paths for folder in parents(path))
    return [path for path in (os.path.join(folder, "conftest.py") for folder in folders) if path not in paths and os.path.exists(os.path.join(root, path))]


def parents(path):
    """The folders of a path from the root on: "", "a", "a/b"."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


def helpers(root, paths):
    """Other modules of the checker's: what they import may be the submission's."""
    found = []
    for parent, folders, names in os.walk(root):
        for name in names:
            path = os.path.relpath(os.path.join(parent, name), root)
            if name.endswith(".py") and path not in paths and name != "conftest.py":
                found.append(path)
    return sorted(found)


def imported_in_text(text):
    found = []
    for line in text.splitlines():
        if line.lstrip().startswith(">>> "):
            try:
                found += rewrite.Module(line.lstrip()[4:], "<example>").imported
            except SyntaxError:
                continue
    return found


def is_of_submission(name, root, paths):
    if name in sys.stdlib_module_names or name in {"pytest", "croquant", "_croquant", "__main__", "gradescope_utils"} or name in sys.builtin_module_names:
        return False
    folders = {os.path.join(root, folder) for path in paths for folder in parents(path)} | {root}
    return not any(os.path.exists(os.path.join(folder, name + ending)) for folder in folders for ending in (".py", ""))


def grade_collect(request):
    """Runs the test modules with the submission on the other side, and finds the tests in them."""
    error, absent = request.get("solution_error"), None
    if error is not None:
        absent = missing.Absent(suite.modules, error["message"])
        sys.meta_path.insert(0, absent)
    elif not request.get("in_process"):
        bridge.connect(suite.modules)
    tests, errors = [], []
    shared = {}
    for path, (source, sources, code) in suite.files.items():
        module = module_for(code.co_filename)
        vars(module).update(
            {rewrite.FAIL: asserts.fail, rewrite.UNSEEN: asserts.UNSEEN, rewrite.TAKE: missing.take, rewrite.TAKE_ALL: missing.take_all(module)}
        )
        vars(module).update({rewrite.SUPER: derived.super_of, rewrite.SOURCES: sources, "__builtins__": builtins})
        if not request.get("in_process"):
            vars(module).update(evaluated.OfTests(code).names())
        sys.modules[module.__name__] = module
        if bridge.peer is not None:
            bridge.peer.ran = False
        try:
            if module.__package__:
                importlib.import_module(module.__package__)
            exec(code, vars(module))
            if path.endswith("conftest.py") and path not in request.get("tests", ()) and not path.startswith("test"):
                shared[os.path.dirname(path)] = fixtures.of(vars(module))
                continue
            inherited = {name: fixture for parent in parents(path) for name, fixture in shared.get(parent, {}).items()}
            tests += collect.in_module(module, path, inherited)
            tests += doctests.in_module(module, path) if ">>>" in source else []
        except BaseException as raised:
            is_skip = type(raised) in {api.Skipped, unittest.SkipTest}
            # What the submission gave the module may be what is wrong, and not the module.
            is_theirs = faults.is_remote(raised) or isinstance(raised, faults.PeerError) or bridge.peer is not None and bridge.peer.ran
            if is_skip or is_theirs or missing.is_behind(raised):
                tests += [Broken(id, module, line, raised) for id, name, line in collect.written(source, path)]
            else:
                errors.append({"file": path, "line": line_in(raised, code.co_filename), "message": shown.message(raised)})
    for path in suite.texts:
        module = types.ModuleType(os.path.basename(path))
        tests += doctests.in_text(read(os.path.join(os.getcwd(), path)), path, module)
    if absent is not None:
        absent.collected()
    suite.tests = {test.id: test for test in tests}
    return {"tests": [test.facts() for test in tests], "errors": errors}


def module_for(file):
    """An empty module for a test file: in a package if there is an `__init__.py` beside it, so that it may import what lies there with a dot."""
    here, name = os.path.split(file.removesuffix(".py"))
    package, folder = [], here
    while folder != os.getcwd() and os.path.exists(os.path.join(folder, "__init__.py")):
        folder, part = os.path.split(folder)
        package.insert(0, part)
    for each in (folder, here):
        if each not in sys.path:
            sys.path.insert(0, each)
    module = types.ModuleType(".".join([*package, name]))
    module.__file__, module.__package__ = file, ".".join(package)
    return module


def line_in(raised, filename):
    line, trace = getattr(raised, "lineno", None), raised.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def grade_run(request):
    """Runs one test that was collected."""
    return suite.tests[request["id"]].run()


class Broken(Test):
    """A test of a module that could not run, because of the submission."""

    def __init__(self, id, module, line, raised):
        super().__init__(id, module, broken, [])
        self.line, self.raised = line, raised

    def facts(self):
        return super().facts() | {"line": self.line, "code": None, "doc": None}

    def go(self, result):
        result.failed(self.raised)


def broken():
    """In the place of a test's function."""


def grade_constructs(request):
    """Looks at the submission's sources: nothing of them runs."""
    return {"violations": constructs.violations(submission.files_of(request["files"]), request["rules"])}
