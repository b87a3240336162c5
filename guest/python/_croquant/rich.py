"""Values as bundles of MIME types: `repr`, and what `_repr_html_` and its like offer."""

import base64
import inspect
import json
import sys

import _croquant_host as host

from . import errors

EXECUTE_RESULT = 1
encode_json = json.JSONEncoder(default=str).encode  # made once: that costs more than what it writes
METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
    "_repr_javascript_": "application/javascript",
    "_repr_pdf_": "application/pdf",
}
# A class that answers every attribute answers this one, too, and offers nothing.
CANARY = "_croquant_no_such_method_"


def emit_result(value, count):
    data, metadata = bundle(value)
    host.emit(EXECUTE_RESULT, dumps({"execution_count": count, "data": data, "metadata": metadata}))


def dumps(message):
    # ASCII alone: lone surrogates go out as escapes, and never as broken UTF-8.
    return encode_json(message)


def bundle(value, include=None, exclude=None):
    """Returns `(data, metadata)`. An error in `repr` is the program's; one in a richer form is shown, and that form left out."""
    data, metadata = {"text/plain": repr(value)}, {}
    bundled = call(value, "_repr_mimebundle_", include=include, exclude=exclude)
    if bundled is not None:
        more, about = bundled if isinstance(bundled, tuple) else (bundled, {})
        data.update((mime, encode(form)) for mime, form in more.items())
        metadata.update(about)
    for name, mime in METHODS.items():
        if mime in data:
            continue
        form = call(value, name)
        if form is None:
            continue
        if isinstance(form, tuple):
            form, metadata[mime] = form
        data[mime] = encode(form)
    return chosen(data, include, exclude), chosen(metadata, include, exclude)


def chosen(data, include, exclude):
    return {
        mime: form for mime, form in data.items() if (include is None or mime in include) and mime not in (exclude or ())
    }


def encode(form):
    return base64.b64encode(form).decode("ascii") if isinstance(form, (bytes, bytearray)) else form


def call(value, name, **options):
    if inspect.isclass(value) or hasattr(value, CANARY):
        return None
    method = getattr(value, name, None)
    if not callable(method):
        return None
    try:
        return method(**options)
    except NotImplementedError:
        return None
    except Exception as error:
        print("\n".join(errors.lines_of(error)), file=sys.stderr)
        return None
