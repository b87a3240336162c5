"""What the submission lacks: stand-ins let the tests be collected, and every test that has to do with one of them fails.

A test could be content with a stand-in (`callable(f)`, `assertRaises(Exception)`). So it does not run if its code names one, and
whatever became of it, it has failed if it used one.
"""

import importlib.machinery
import sys
import types


class Missing(ImportError):
    """Something that the submission lacks was used."""

    said = None

    def __init__(self, message):
        super().__init__(message)
        Missing.said = message


class Stand:
    """In the place of what the submission lacks: fails when it is used."""

    made = False

    def __init__(self, message):
        object.__setattr__(self, "_message", message)
        Stand.made = True

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


class Absent:
    """Finds modules of a submission that could not be imported, while tests are collected; after that they cannot be imported."""

    def __init__(self, modules, message):
        self.modules, self.message = frozenset(modules), message
        self.collecting = True

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in self.modules:
            return None
        if not self.collecting:
            raise Missing(self.message)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return AbsentModule(spec.name, self.message)

    def exec_module(self, module):
        pass

    def collected(self):
        self.collecting = False
        for name in [name for name, module in sys.modules.items() if type(module) is AbsentModule]:
            del sys.modules[name]


class AbsentModule(types.ModuleType):
    def __init__(self, name, message):
        super().__init__(name)
        self.__dict__["@message"] = message
        Stand.made = True

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise Missing(self.__dict__["@message"])


def take(module, name):
    """`from module import name`, at the top of a test module, for a module of the submission's."""
    found = sys.modules.get(module) or __import__(module, fromlist=[name])
    if type(found) is AbsentModule:
        return Stand(found.__dict__["@message"])
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


def is_behind(raised):
    while raised is not None:
        if isinstance(raised, Missing):
            return True
        raised = raised.__cause__ or raised.__context__
    return False


def message_of(value):
    """What to say of a stand-in; None for anything else."""
    if type(value) is Stand:
        return object.__getattribute__(value, "_message")
    return value.__dict__["@message"] if type(value) is AbsentModule else None


def named_by(functions, *namespaces):
    """What to say of the first stand-in that the code of these functions names, or that of functions which they name; None if there is none."""
    todo, seen = list(functions), set()
    while todo:
        code = todo.pop()
        code = getattr(code, "__code__", code)
        if type(code) is not types.CodeType or code in seen:
            continue
        seen.add(code)
        todo += code.co_consts
        for name in code.co_names:
            for namespace in namespaces:
                if name in namespace:
                    value = namespace[name]
                    if (message := message_of(value)) is not None:
                        return message
                    todo.append(unwrapped(value))
    return None


def unwrapped(value):
    """The plain function in what wraps it, if it is one: nothing of the submission's is asked."""
    while type(value) in {staticmethod, classmethod}:
        value = value.__func__
    if type(value) is types.FunctionType:
        return value.__dict__.get("__wrapped__", value)
    return getattr(value, "function", None) if type(value).__module__ == "_croquant.grade.api" else None
