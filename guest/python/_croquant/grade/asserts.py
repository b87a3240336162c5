"""What a rewritten assertion raises."""

from . import shown

SHORT = 400


class Unseen:
    """In the place of a value that an assertion did not come to."""

    def __repr__(self):
        return "…"


UNSEEN = Unseen()


def fail(pieces, sources, values, compared, *told):
    """The `AssertionError`: the expression with its values, where these come from, and what the test's author says."""
    texts = [shown.value(value, SHORT) for value in values]
    lines = ["assert " + "".join(texts[piece] if type(piece) is int else piece for piece in pieces)]
    for source, text, value in zip(sources, texts, values):
        if source is not None and value is not UNSEEN and source != text:
            lines.append(f"  where {text} = {source}")
    if told:
        lines.insert(0, str(told[0]))
    error = AssertionError("\n".join(lines))
    if compared is not None:
        actual, expected = (None if number is None else values[number] for number in compared)
        if None not in compared:
            error.croquant_sides = shown.value(expected), shown.value(actual)
    return error
