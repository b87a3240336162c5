"""What a name is: signature, kind and documentation, and its source when more is asked for."""

import inspect
import re

from . import completion

NAME = re.compile(rf"({completion.SIMPLE})")


def describe(code, cursor, detail, namespace):
    """A text about the name at the cursor, or about the function whose arguments the cursor is among; None when there is none."""
    for expression in candidates(code, cursor):
        try:
            value = completion.evaluate(expression, namespace)
        except Exception:
            continue
        return text_about(expression, value, detail)
    return None


def candidates(code, cursor):
    for found in NAME.finditer(code):
        if found.start() <= cursor <= found.end():
            end = found.end() if "." not in code[cursor : found.end()] else cursor + code[cursor : found.end()].index(".")
            yield code[found.start() : end].rstrip(".")
    call = completion.call_before(code[:cursor])
    if call is not None:
        yield call


def text_about(expression, value, detail):
    parts = []
    if callable(value):
        parts.append("Signature: " + signature(expression, value))
    else:
        parts.append("Value:     " + short(value))
    parts.append("Type:      " + type(value).__name__)
    source = source_of(value) if detail else None
    doc = inspect.getdoc(value) if callable(value) or inspect.ismodule(value) or type(value).__module__ != "builtins" else None
    if source is not None:
        parts.append("Source:\n" + source.rstrip())
    elif doc:
        parts.append("Docstring:\n" + doc)
    return "\n".join(parts)


def signature(expression, value):
    name = expression.rpartition(".")[2]
    try:
        return f"{name}{inspect.signature(value)}"
    except (TypeError, ValueError):
        return f"{name}(…)"


def source_of(value):
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        return None


def short(value, limit=200):
    try:
        text = repr(value)
    except Exception as error:
        return f"<repr failed: {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
