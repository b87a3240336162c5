"""Makes the image: installs what the guest changes in Python, loads what sessions are likely to need, and tidies up."""

import builtins
import importlib
import os
import random
import site
import sys
import threading

import _croquant_host as host

from . import absent, chance, errors, loop, program, reader, requests, rich, sources, user
from .grade import ready

# Loaded in the image: their import costs sessions nothing.
MODULES = """
abc argparse array ast asyncio base64 binascii bisect bz2 calendar cmath code codecs collections.abc concurrent.futures configparser
contextlib copy csv dataclasses datetime decimal difflib dis doctest enum errno fnmatch fractions functools gc getpass glob graphlib
hashlib heapq hmac html importlib.machinery importlib.util inspect io itertools json keyword linecache locale logging lzma math numbers
operator os pathlib pickle platform pprint pydoc queue random re reprlib rlcompleter runpy sched secrets shlex shutil signal sqlite3
statistics string struct subprocess tempfile textwrap time timeit token tokenize traceback types typing unicodedata unittest
unittest.mock urllib.parse uuid warnings weakref xml.etree.ElementTree zipfile zlib zoneinfo croquant croquant.grade
""".split()

# What is changed in modules of the standard library once they have run.
PATCHES = {
    "asyncio.unix_events": loop.patch_unix_events,
    "getpass": reader.patch_getpass,
    "multiprocessing.process": absent.patch_process,
    "pydoc": absent.patch_pydoc,
    "socket": absent.patch_socket,
    "subprocess": absent.patch_subprocess,
    "threading": absent.patch_threading,
    "webbrowser": absent.patch_webbrowser,
}


class FirstRecord(int):
    """`logging._startTime`: times in records count from the session's first record, not from the making of the image."""

    def __rsub__(self, now):
        sys.modules["logging"]._startTime = now
        return 0


def install():
    sources.PATCHES.update(PATCHES)
    sources.install()
    for name, patch in PATCHES.items():  # those that are loaded already
        if name in sys.modules:
            patch(sys.modules[name])
    sys.meta_path.append(absent.Finder)
    os.__getattr__ = absent.os_attribute
    user.install()
    chance.install()
    os.environ.clear()
    os.environ["HOME"] = "/home/user"
    sys.path.insert(0, "")
    sys.argv = [""]

    site.setquit()
    site.setcopyright()
    site.sethelper()
    import croquant

    builtins.display = croquant.display
    sys.stdin = reader.kernel_stdin
    sys.displayhook = host.displayhook
    sys.ps1, sys.ps2 = ">>> ", "... "
    builtins.input = reader.kernel_input
    sys.stdout.reconfigure(line_buffering=True)

    for name in MODULES:
        importlib.import_module(name)
    sys.modules["logging"]._startTime = FirstRecord(0)
    host.keep(
        kernel_stdin=reader.kernel_stdin,
        kernel_input=reader.kernel_input,
        environ_data=os.environ._data,
        random=random._inst,
        functions={
            "_croquant.errors.report": errors.report,
            "_croquant.loop.run_cell": loop.run_cell,
            "_croquant.program.enter_folder": program.enter_folder,
            "_croquant.program.unload_shadowed": program.unload_shadowed,
            "_croquant.program.forget_modules": program.forget_modules,
            "_croquant.requests.answer": requests.answer,
            "_croquant.rich.emit_result": rich.emit_result,
            "importlib.machinery.SourcelessFileLoader": sys.modules["importlib.machinery"].SourcelessFileLoader,
            "importlib.machinery.SourceFileLoader": sys.modules["importlib.machinery"].SourceFileLoader,
            "linecache._register_code": sys.modules["linecache"]._register_code,
            "runpy._run_module_as_main": sys.modules["runpy"]._run_module_as_main,
            "threading._shutdown": threading._shutdown,
        },
    )
    requests.warm_up()
    ready.prepare(requests.answer)


def rest():
    """Leaves no trace of the warming up."""
    main = vars(sys.modules["__main__"])
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]
    for name in ("_", "__", "___"):
        vars(builtins).pop(name, None)
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)
    loop.forget()
    sys.path_importer_cache.clear()
    sys.modules["linecache"].clearcache()
    sys.modules["linecache"]._interactive_cache.clear()
    sys.modules["re"].purge()
    sys.modules[program.LAST] = sys.modules.pop(program.LAST)
    program.captured = frozenset(sys.modules)
    errors.image = dict(sys.modules)
