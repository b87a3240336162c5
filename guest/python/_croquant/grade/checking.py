"""The requests of the checker's session: tests are compiled, collected, run one by one; sources are looked at."""

import ast
import builtins
import os
import sys
import tokenize
import types

from . import api, asserts, bridge, collect, constructs, doctests, faults, fixtures, rewrite, shown
from .cases import Test


class Suite:
    """The test files, compiled, and the tests that were found in them."""

    def __init__(self):
        self.files, self.texts, self.modules, self.tests = {}, [], [], {}


suite = Suite()


def grade_prepare(request):
    """Compiles the test modules; tells which modules they import that are neither the standard library's nor beside them."""
    sys.modules["pytest"] = api
    root, paths = request["root"], request["tests"]
    wanted, errors = [], []
    trees = {}
    for path in [*conftests(root, paths), *helpers(root, paths), *paths]:
        if not path.endswith(".py"):
            suite.texts.append(path)
            continue
        try:
            source = read(os.path.join(root, path))
            tree = ast.parse(source, path)
        except (SyntaxError, ValueError, OSError) as error:
            errors.append({"file": path, "line": getattr(error, "lineno", None), "message": f"{getattr(error, 'msg', None) or error}"})
            continue
        trees[path] = source, tree
        wanted += rewrite.imported_modules(tree)
    for path in suite.texts:
        wanted += imported_in_text(read(os.path.join(root, path)))
    suite.modules = [name for name in dict.fromkeys(wanted) if is_of_submission(name, root, trees)]
    for path, (source, tree) in trees.items():
        if path in paths or path.endswith("conftest.py"):
            suite.files[path] = source, tree, rewrite.compile_module(source, os.path.join(root, path), set(suite.modules))
    return {"imports": suite.modules, "errors": errors}


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
                found += rewrite.imported_modules(ast.parse(line.lstrip()[4:]))
            except SyntaxError:
                continue
    return found


def is_of_submission(name, root, trees):
    if name in sys.stdlib_module_names or name in {"pytest", "croquant", "_croquant", "__main__"} or name in sys.builtin_module_names:
        return False
    folders = {os.path.join(root, folder) for path in trees for folder in parents(path)} | {root}
    return not any(os.path.exists(os.path.join(folder, name + ending)) for folder in folders for ending in (".py", ""))


def grade_collect(request):
    """Runs the test modules with the submission on the other side, and finds the tests in them."""
    error = request.get("solution_error")
    if error is not None:
        absent = Absent(suite.modules, error["message"])
        sys.meta_path.insert(0, absent)
    elif not request.get("in_process"):
        bridge.connect(suite.modules)
    tests, errors = [], []
    shared = {}
    for path, (source, tree, code) in suite.files.items():
        folder = os.path.dirname(code.co_filename)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        module = types.ModuleType(os.path.basename(path)[:-3])
        module.__file__ = code.co_filename
        vars(module).update({rewrite.FAIL: asserts.fail, rewrite.UNSEEN: asserts.UNSEEN, rewrite.TAKE: take, rewrite.TAKE_ALL: take_all(module), "__builtins__": builtins})
        sys.modules[module.__name__] = module
        try:
            exec(code, vars(module))
            if path.endswith("conftest.py") and path not in request.get("tests", ()) and not path.startswith("test"):
                shared[os.path.dirname(path)] = fixtures.of(vars(module))
                continue
            inherited = {name: fixture for parent in parents(path) for name, fixture in shared.get(parent, {}).items()}
            tests += collect.in_module(module, path, inherited)
            tests += doctests.in_module(module, path)
        except BaseException as raised:
            if type(raised) in {api.Skipped} or faults.is_remote(raised) or isinstance(raised, (faults.PeerError, Missing)) or absent_behind(raised):
                tests += [Broken(id, module, line, raised) for id, name, line in collect.written(tree, path)]
            else:
                errors.append({"file": path, "line": line_in(raised, code.co_filename), "message": shown.message(raised)})
    for path in suite.texts:
        module = types.ModuleType(os.path.basename(path))
        tests += doctests.in_text(read(os.path.join(os.getcwd(), path)), path, module)
    suite.tests = {test.id: test for test in tests}
    return {"tests": [test.facts() for test in tests], "errors": errors}


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


class Missing(ImportError):
    """Something that the submission lacks was used."""


class Stand:
    """In the place of what the submission lacks: fails when it is used."""

    def __init__(self, message):
        object.__setattr__(self, "_message", message)

    def _refuse(self, *args, **options):
        raise Missing(object.__getattribute__(self, "_message"))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self):
        return "<missing in the submission>"

    def __mro_entries__(self, bases):
        self._refuse()

    __call__ = __setattr__ = __iter__ = __len__ = __getitem__ = __setitem__ = __contains__ = __enter__ = __exit__ = __bool__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refuse
    __hash__ = object.__hash__


def absent_behind(raised):
    while raised is not None:
        if isinstance(raised, Missing):
            return True
        raised = raised.__cause__ or raised.__context__
    return False


class Absent:
    """Finds modules of a submission that could not be imported: their names fail when they are used."""

    def __init__(self, modules, message):
        self.modules, self.message = frozenset(modules), message

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in self.modules:
            return None
        return __import__("importlib.machinery", fromlist=["ModuleSpec"]).ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return AbsentModule(spec.name, self.message)

    def exec_module(self, module):
        pass


class AbsentModule(types.ModuleType):
    def __init__(self, name, message):
        super().__init__(name)
        self.__dict__["@message"] = message

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stand(self.__dict__["@message"])


def take(module, name):
    """`from module import name`, at the top of a test module, for a module of the submission's."""
    found = sys.modules.get(module) or __import__(module, fromlist=[name])
    try:
        return getattr(found, name)
    except AttributeError:
        pass
    try:
        return __import__(f"{module}.{name}", fromlist=[""])
    except ImportError:
        return Stand(f"the submission's module `{module}` has no `{name}`")


def take_all(into):
    def take(module):
        found = __import__(module, fromlist=["*"])
        public = getattr(found, "__all__", None)
        names = [name for name in dir(found) if not name.startswith("_")] if public is None else list(public)
        vars(into).update({name: getattr(found, name) for name in names if type(name) is str})

    return take


def grade_constructs(request):
    """Looks at the submission's sources: nothing of them runs."""
    return {"violations": constructs.violations(request["files"], request["rules"])}
