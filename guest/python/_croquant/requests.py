"""The requests of `croquant_call`: one JSON object in, one out."""

import codeop
import json
import sys
import warnings

import _croquant_host as host

from . import chance, completion, errors, inspection, rich
from .grade import checking, submission


scan = json.JSONDecoder().scan_once  # without `json.loads` around it, which costs more than a small request
DONE = '{"status": "ok"}'  # what a handler says that returns nothing


def answer(request):
    request, _ = scan(request, 0)
    handle = OPERATIONS.get(request.get("op"))
    if handle is None:
        return rich.dumps({"status": "error", "ename": "ValueError", "evalue": f"unknown op {request.get('op')!r}", "traceback": []})
    try:
        told = handle(request)
        return DONE if told is None else rich.dumps(told)
    except Exception as error:
        return rich.dumps({"status": "error", **errors.describe(error)})


def namespace():
    return vars(sys.modules["__main__"])


def complete(request):
    code, cursor = request["code"], request.get("cursor_pos")
    start, matches = completion.complete(code, len(code) if cursor is None else cursor, namespace())
    return {
        "matches": matches,
        "cursor_start": start,
        "cursor_end": len(code) if cursor is None else cursor,
        "metadata": {},
        "status": "ok",
    }


def inspect(request):
    code, cursor = request["code"], request.get("cursor_pos")
    text = inspection.describe(code, len(code) if cursor is None else cursor, request.get("detail_level", 0), namespace())
    found = text is not None
    return {"found": found, "data": {"text/plain": text} if found else {}, "metadata": {}, "status": "ok"}


def is_complete(request):
    """As IPython sees it: a block stays open until an empty line ends it."""
    code = request["code"]
    lines = code.split("\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiler = codeop.CommandCompiler()
            compiler.compiler.flags |= AWAIT
            whole = compiler(code, "<input>", "exec") is not None
        except (SyntaxError, OverflowError, ValueError):
            return {"status": "invalid", "indent": ""}
    last = lines[-1]
    if not whole:
        return {"status": "incomplete", "indent": indent_after(lines)}
    if last.strip() and len(lines) > 1 and last[:1] in " \t":
        return {"status": "incomplete", "indent": indent_after(lines)}
    return {"status": "complete", "indent": ""}


def indent_after(lines):
    line = next((line for line in reversed(lines) if line.strip()), "")
    indent = line[: len(line) - len(line.lstrip())]
    code = line.split("#")[0].rstrip()
    if code.endswith(":"):
        return indent + "    "
    if code.split()[:1] and code.split()[0] in {"return", "pass", "raise", "break", "continue"}:
        return indent[:-4]
    return indent


def evaluate(request):
    """Each expression by itself: an error in one leaves the others alone."""
    answers = {}
    for name, code in request.get("expressions", {}).items():
        try:
            data, metadata = rich.bundle(eval(code, namespace()))
            answers[name] = {"status": "ok", "data": data, "metadata": metadata}
        except Exception as error:
            answers[name] = {"status": "error", **errors.describe(error)}
    return answers


AWAIT = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
OPERATIONS = {
    "complete": complete,
    "inspect": inspect,
    "is_complete": is_complete,
    "evaluate": evaluate,
    "reseed": chance.reseed,
    "grade_prepare": checking.grade_prepare,
    "grade_collect": checking.grade_collect,
    "grade_run": checking.grade_run,
    "grade_constructs": checking.grade_constructs,
    "grade_import": submission.grade_import,
    "grade_serve": submission.grade_serve,
}


def warm_up():
    """Asked once while the image is made."""
    for request in (
        {"op": "complete", "code": "pri"},
        {"op": "inspect", "code": "print("},
        {"op": "is_complete", "code": "for x in y:"},
        {"op": "evaluate", "expressions": {"a": "1 + 1"}},
    ):
        answer(json.dumps(request))
