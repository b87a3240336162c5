"""The standard library's import: frozen modules that have files, sources and places, as if `/usr/lib/python3.13` were a folder."""

import _frozen_importlib
import _frozen_importlib_external
import _imp
import io
import linecache
import sys

import _croquant_host as host

STDLIB = sys._stdlib_dir
FROZEN = host.frozen_names()
CELL = "<cell "
# What is to be changed in a module of the standard library once it has run: name -> function of the module. Filled by setup.
PATCHES = {}


class Loader(_frozen_importlib_external._LoaderBasics):
    """Runs a frozen module, and knows its source."""

    def __init__(self, name, path):
        self.name = name
        self.path = path

    def __eq__(self, other):
        return type(self) is type(other) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def exec_module(self, module):
        _frozen_importlib._call_with_frames_removed(exec, self.get_code(), module.__dict__)
        patch = PATCHES.get(module.__name__)
        if patch is not None:
            patch(module)

    # The import system leaves its own frames out of tracebacks, and this one is of its kind.
    exec_module.__code__ = exec_module.__code__.replace(co_filename="<frozen importlib._bootstrap_external>")

    def is_package(self, name):
        return FROZEN[self.name]

    def get_code(self, name=None):
        return _imp.get_frozen_object(self.name)

    def get_filename(self, name=None):
        return self.path

    def get_source(self, name=None):
        data = host.source(self.name)
        return None if data is None else _frozen_importlib_external.decode_source(data)

    def get_data(self, path):
        """The bytes of a file of the standard library: a module's source, or a file that lies in the file system."""
        name = module_of(path)
        data = None if name is None else host.source(name)
        if data is not None:
            return data
        with io.FileIO(path, "r") as file:
            return file.read()

    def path_stats(self, path):
        raise OSError(f"`{path}` is part of the image")

    def get_resource_reader(self, name):
        from importlib.readers import FileReader

        return FileReader(self)


def path_of(name):
    tail = name.replace(".", "/")
    return f"{STDLIB}/{tail}/__init__.py" if FROZEN[name] else f"{STDLIB}/{tail}.py"


def module_of(path):
    """The frozen module whose file `path` is, or None."""
    if not path.startswith(STDLIB + "/") or not path.endswith(".py"):
        return None
    name = path[len(STDLIB) + 1 : -3].replace("/", ".").removesuffix(".__init__")
    return name if name in FROZEN else None


def spec_of(name):
    path = path_of(name)
    spec = _frozen_importlib.ModuleSpec(name, Loader(name, path), origin=path, is_package=FROZEN[name])
    spec._set_fileattr = True
    if FROZEN[name]:
        spec.submodule_search_locations.append(path.rpartition("/")[0])
    return spec


class Finder:
    """What `sys.path_hooks` makes of a folder of the standard library."""

    def __init__(self, path):
        if path != STDLIB and not path.startswith(STDLIB + "/"):
            raise ImportError("not a folder of the standard library", path=path)
        self.path = path
        tail = path[len(STDLIB) + 1 :].replace("/", ".")
        if tail and not FROZEN.get(tail):
            raise ImportError("not a package of the standard library", path=path)
        self.prefix = tail + "." if tail else ""

    def find_spec(self, name, target=None):
        own = self.prefix + name.rpartition(".")[2]
        return spec_of(own) if own == name and own in FROZEN else None

    def iter_modules(self, prefix=""):
        for name, is_package in FROZEN.items():
            tail = name.removeprefix(self.prefix)
            if name.startswith(self.prefix) and "." not in tail and tail != "_croquant":
                yield prefix + tail, is_package

    def invalidate_caches(self):
        pass


class Lines(dict):
    """`linecache.cache` that knows the cells of the session without being told of each."""

    def __contains__(self, filename):
        return dict.__contains__(self, filename) or self._fill(filename)

    def _fill(self, filename):
        if not (isinstance(filename, str) and filename.startswith(CELL) and filename.endswith(">")):
            return False
        number = filename[len(CELL) : -1]
        source = host.cell_source(int(number)) if number.isdecimal() else None
        if source is None:
            return False
        lines = source.splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        self[filename] = len(source), None, lines, filename
        return True


def install():
    sys.meta_path.remove(_frozen_importlib.FrozenImporter)
    sys.path_hooks.insert(0, Finder)
    sys.path_importer_cache.clear()
    for name, module in list(sys.modules.items()):
        if getattr(module, "__loader__", None) is _frozen_importlib.FrozenImporter and name in FROZEN:
            spec = module.__spec__ = spec_of(name)
            module.__loader__ = spec.loader
            module.__file__ = spec.origin
            module.__cached__ = spec.cached
            if FROZEN[name]:
                module.__path__ = spec.submodule_search_locations
    linecache.cache = Lines()
