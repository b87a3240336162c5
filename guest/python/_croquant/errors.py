"""Errors of cells, told as CPython tells them, without the frames of the machinery that ran the cell."""

import json
import linecache
import sys
import traceback

import _croquant_host as host

ERROR = 3
CELL = "<cell "
OWN = "/_croquant/"

# How many frames are told, the innermost: as many as `python` itself prints. Each costs a tenth of a millisecond.
DEEPEST = 1000


# The modules of the image, so that an error can be told even after `sys.modules.clear()`. Set when it is made.
image = {}


def report(exception):
    try:
        message = describe(exception)
    except Exception:
        sys.modules.update((name, module) for name, module in image.items() if name not in sys.modules)
        message = describe(exception)
    host.emit(ERROR, json.dumps(message))


def describe(exception):
    if isinstance(exception, SyntaxError) and exception.text is None:
        show_line(exception)
    return {
        "ename": type(exception).__name__,
        "evalue": text_of(exception),
        "traceback": lines_of(exception),
    }


def show_line(exception):
    """Errors that the compiler finds, and not the parser, look for their line in a file; that of a cell is here."""
    if isinstance(exception.filename, str) and exception.filename.startswith(CELL) and isinstance(exception.lineno, int):
        exception.text = linecache.getline(exception.filename, exception.lineno) or None


def text_of(exception):
    try:
        return str(exception)
    except Exception:
        return "<exception str() failed>"


def lines_of(exception):
    told = traceback.TracebackException.from_exception(exception, compact=True, limit=-DEEPEST)
    trim_all(told, set())
    return encodable("".join(told.format())).rstrip("\n").split("\n")


def encodable(text):
    """Lone surrogates cannot be sent as UTF-8: show their escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def trim_all(told, seen):
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    trim(told.stack)
    trim_all(told.__cause__, seen)
    trim_all(told.__context__, seen)
    for member in told.exceptions or ():
        trim_all(member, seen)


def trim(stack):
    """Drops what comes before the cell (the event loop, when the cell awaits) and our own frames."""
    first = next((i for i, frame in enumerate(stack) if frame.filename.startswith(CELL)), 0)
    stack[:] = [frame for frame in stack[first:] if OWN not in frame.filename]
