"""How a program begins and ends: its folder on `sys.path`, and what dies with it."""

import itertools
import os
import sys
import weakref

# The modules of the image. Set when it is made.
captured = frozenset()
# The last of them in `sys.modules`: one that no program replaces.
LAST = __name__
# Those that `python` itself has loaded before a program starts: a file of the same name does not replace them there either.
STARTUP = frozenset(
    "__main__ _abc _codecs _collections_abc _croquant_host _frozen_importlib _frozen_importlib_external _imp _io _signal _sitebuiltins "
    "_stat _thread _warnings _weakref abc builtins codecs encodings genericpath importlib io linecache marshal os posix posixpath site "
    "stat sys time traceback warnings zipimport".split()
)


def enter_folder(folder, names=None):
    """Makes `folder` the first place of imports, instead of a kernel's working folder. A module in it comes before the standard
    library's, loaded or not. `names`: what lies in it, when that is known without a look."""
    sys.path[:1] = [folder]
    unload_shadowed(folder, names)


def is_fixed(module):
    """Whether an import finds `python`'s own module of that name, whatever lies in the program's folder."""
    return module in STARTUP or module in sys.builtin_module_names


def unload_shadowed(folder, names=None):
    try:
        names = os.listdir(folder or ".") if names is None else names
    except OSError:
        return
    for name in names:
        module = name.removesuffix(".py")
        if module not in captured or is_fixed(module):
            continue
        path = os.path.join(folder, name)
        if module == name and not os.path.isfile(os.path.join(path, "__init__.py")):
            continue
        for loaded in list(sys.modules):
            if loaded == module or loaded.startswith(module + "."):
                del sys.modules[loaded]


def forget_modules():
    """Takes the program's modules out of `sys.modules`; returns weak references to them, the oldest first."""
    for name in ("path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "path_hooks", "meta_path"):
        if hasattr(sys, name):
            setattr(sys, name, None)
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, name, getattr(sys, f"__{name}__"))
    # The image's come first, and `LAST` is the last of them: a look at all would cost a session more pages than the program.
    own = list(itertools.takewhile(LAST.__ne__, reversed(sys.modules)))
    own = ["__main__", *(name for name in reversed(own) if name not in captured)]
    references = []
    for name in own:
        try:
            references.append(weakref.ref(sys.modules[name]))
        except (KeyError, TypeError):
            pass
        sys.modules[name] = None
    return references
