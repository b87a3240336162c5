"""Running a script of the submission's as `__main__`, and the files that it leaves."""

import io
import os
import runpy
import sys
import traceback

OWN = "/_croquant/"
MOST_FILES = 10_000


def run(path, args, stdin):
    """The exit code. What the script prints goes the way of all output."""
    kept = sys.argv, sys.stdin, sys.path[:], sys.modules.get("__main__")
    sys.argv = [path, *args]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape")), encoding="utf-8", newline=None)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    try:
        runpy.run_path(path, run_name="__main__")
        return 0
    except SystemExit as error:
        return exit_code(error.code)
    except BaseException as error:
        told = traceback.TracebackException.from_exception(error, compact=True)
        told.stack[:] = [frame for frame in told.stack if is_theirs(frame.filename)]
        sys.stderr.write("".join(told.format()))
        return 1
    finally:
        sys.argv, sys.stdin, sys.path[:] = kept[:3]
        if kept[3] is not None:
            sys.modules["__main__"] = kept[3]


def is_theirs(filename):
    """Whether a frame is worth telling: ours and the import system's are not."""
    return OWN not in filename and not filename.startswith("<frozen ")


def exit_code(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code)
    sys.stderr.write(f"{code}\n")
    return 1


def files(folder):
    """The paths of all files beneath a folder, relative to it, sorted."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += (os.path.relpath(os.path.join(parent, name), folder) for name in names)
        if len(found) > MOST_FILES:
            raise OSError(f"there are more than {MOST_FILES} files")
    return sorted(found)
