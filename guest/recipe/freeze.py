"""Freezes the standard library and the guest's own packages, for `guest/shim/embedded.h`.

Run by the build-python: freeze.py STDLIB PACKAGES SYSCONFIG OUT. Writes `code.bin` (the marshalled code of all modules),
`sources.bin` (each file's source, as a zlib stream) and `embedded.c` (the tables over both, and over the time zones).
"""

import marshal
import sys
import zlib
from pathlib import Path

# Where the library claims to live; CROQUANT_STDLIB of embedded.h.
CLAIMED = "/usr/lib/python3.13"

# What cannot work without windows, a C library that can be loaded, or an installed Python; and tests.
LEFT_OUT = {
    "__phello__", "_aix_support", "_android_support", "_apple_support", "_ios_support", "_osx_support", "config-3.13",
    "ctypes", "curses", "ensurepip", "idlelib", "lib-dynload", "pty", "site-packages", "test", "tkinter", "turtle",
    "turtledemo", "venv",
}

# The folder of the packages with modules that the standard library has in C, for Unix.
UNIX = "unix"

# These start the interpreter, which has its own copies; here they have a source, but no code.
BOOTSTRAP = {"importlib._bootstrap", "importlib._bootstrap_external", "zipimport"}


def files(root, left_out=frozenset()):
    """The Python files below `root`, with the path that each has in the library."""
    for top in sorted(root.iterdir()):
        if top.stem in left_out or top.name in left_out or top.name.startswith("_sysconfigdata_"):
            continue
        found = sorted(top.rglob("*.py")) if top.is_dir() else [top]
        for file in found:
            relative = file.relative_to(root)
            if file.suffix == ".py" and "__pycache__" not in relative.parts and "tests" not in relative.parts[:1]:
                yield file, relative


def named(relative):
    """A path in the library as (module name, whether it is a package)."""
    parts = list(relative.with_suffix("").parts)
    if parts[-1] == "__init__":
        return ".".join(parts[:-1]), 1
    return ".".join(parts), 0


class Blob:
    """Pieces laid one after another in a file."""

    def __init__(self, path):
        self.file = path.open("wb")
        self.size = 0

    def add(self, piece):
        start = self.size
        self.size += self.file.write(piece)
        return start, len(piece)


def main():
    stdlib, packages, sysconfig, out = map(Path, sys.argv[1:])
    found = [*files(stdlib, LEFT_OUT), *files(packages, {UNIX}), *files(packages / UNIX), (sysconfig, Path(sysconfig.name))]
    modules = {}
    for file, relative in found:
        name, package = named(relative)
        if name in modules:
            sys.exit(f"two files for the module `{name}`: {file}")
        modules[name] = file, relative, package

    code, sources = Blob(out / "code.bin"), Blob(out / "sources.bin")
    frozen_rows, source_rows, file_rows = [], [], []
    for name, (file, relative, package) in sorted(modules.items()):
        source = file.read_bytes()
        start, size = sources.add(zlib.compress(source, 9))
        if relative.parts[0] != "_croquant":
            file_rows.append(f'    {{"{CLAIMED}/{relative.as_posix()}", sources + {start}, {len(source)}, {size}}},')
        source_rows.append(f'    {{"{name}", "{relative.as_posix()}", sources + {start}, {size}, {len(source)}}},')
        if name in BOOTSTRAP:
            continue
        compiled = compile(source, f"{CLAIMED}/{relative.as_posix()}", "exec", dont_inherit=True, optimize=0)
        start, size = code.add(marshal.dumps(compiled))
        frozen_rows.append(f'    {{"{name}", code + {start}, {size}, {package}}},')
    print(f"{len(frozen_rows)} modules, {code.size} bytes of code, {sources.size} bytes of sources")

    (out / "embedded.c").write_text("\n".join([
        '#include "embedded.h"', '#include "memfs.h"', "",
        "static const unsigned char code[] = {", '#embed "code.bin"', "};",
        "static const unsigned char sources[] = {", '#embed "sources.bin"', "};",
        "static const unsigned char zones[] = {", '#embed "zones.bin"', "};", "",
        "const struct _frozen croquant_frozen[] = {", *frozen_rows, "    {0},", "};", "",
        "const struct croquant_source croquant_sources[] = {", *source_rows, "};",
        f"const unsigned croquant_sources_count = {len(source_rows)};", "",
        # `sys.executable`: programs open it to learn about themselves.
        'static const unsigned char executable[] = "Python runs inside the sandbox; this file stands for it.\\n";',
        "const struct croquant_static_file croquant_static_files[] = {", '#include "zones.inc"',
        *file_rows, '    {"/usr/bin/python3", executable, sizeof executable - 1, 0},', "    {0},", "};", "",
    ]))


main()
