"""Values and failures as text, for people: bounded, and never failing themselves."""

import pprint
import traceback

from . import bridge, faults, missing, outcomes

VALUE = 4_000
WHOLE = 16_000
OWN = ("/_croquant/", "/unittest/", "/contextlib.py", "/doctest.py", "/asyncio/")


def value(what, most=VALUE):
    """Its `repr`; of a long one, the beginning and the end."""
    try:
        text = repr(what)
        if len(text) > 100 and type(what) in {list, dict, set, tuple, frozenset} and len(text) < most:
            text = pprint.pformat(what, width=80, sort_dicts=False)
    except BaseException as error:  # what a submission raises ends no more than this
        return f"<unprintable: {type(error).__name__}>"
    return clip(text, most)


def clip(text, most):
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is no text for the host
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} … ({len(text) - 2 * half} characters left out) … {text[-half:]}"


def message(error):
    """What an exception says, with its class unless it is an assertion."""
    try:
        text = str(error)
    except BaseException as wrong:
        text = f"<unprintable: {type(wrong).__name__}>"
    text = clip(text, VALUE)
    if isinstance(error, (AssertionError, outcomes.Outcome, missing.Missing)):
        return text or "the assertion does not hold"
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def trace(error):
    """The traceback through the test, and after it that through the submission."""
    try:
        told = traceback.TracebackException.from_exception(error, compact=True)
        trim(told, set())
        # Without a line of the test's it would only repeat the message.
        text = "".join(told.format(chain=False)) if told.stack else ""
    except BaseException as wrong:
        text = f"<no traceback: {type(wrong).__name__}>\n"
    remote = bridge.traceback_of(error)
    if remote:
        text = f"{text}\nIn the submission:\n{remote}"
    return clip(text, WHOLE)


def trim(told, seen):
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    told.stack[:] = [frame for frame in told.stack if not is_own(frame.filename)]
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        trim(other, seen)


def is_own(filename):
    return filename.startswith("<frozen ") or any(part in filename for part in OWN)


def compared(error):
    """The expected and the actual value of a failed comparison, as text; None for either that is not known."""
    if not faults.is_remote(error) and (sides := getattr(error, "croquant_sides", None)) is not None:
        return sides
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if code.co_name.startswith("assert") and frame.tb_frame.f_globals.get("__name__") == "unittest.case":
            kept = frame.tb_frame.f_locals
            for first, second in (("first", "second"), ("expr1", "expr2"), ("tuple1", "tuple2"), ("list1", "list2"), ("seq1", "seq2"), ("d1", "d2")):
                if first in kept and second in kept and "Not" not in code.co_name:
                    return value(kept[second]), value(kept[first])
            if code.co_name in {"assertTrue", "assertFalse"}:
                return str(code.co_name == "assertTrue"), value(kept["expr"])
        frame = frame.tb_next
    return None, None
