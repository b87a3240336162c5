"""Rich output: what a cell shows besides text.

    from croquant import HTML, display
    display(HTML("<b>bold</b>"))
"""

import base64
import itertools
import sys

import _croquant_host as _host
from _croquant import rich as _rich

__all__ = ["HTML", "Image", "JSON", "Latex", "Markdown", "SVG", "clear_output", "display", "update_display"]

_DISPLAY_DATA, _CLEAR_OUTPUT, _UPDATE_DISPLAY_DATA = 2, 5, 6
_PROGRAM = 0
_ids = itertools.count(1)


class Display:
    """One thing shown, that can be shown anew in its place."""

    def __init__(self, display_id):
        self.display_id = display_id

    def __repr__(self):
        return f"<display {self.display_id}>"

    def display(self, value, **options):
        display(value, display_id=self.display_id, **options)

    def update(self, value, **options):
        update_display(value, display_id=self.display_id, **options)


def display(*values, include=None, exclude=None, metadata=None, raw=False, display_id=None, clear=False, update=False, transient=None):
    """Shows values in the richest form that they offer. With `display_id` (a name, or True for a new one) returns a handle whose
    `update` shows something else in the same place. In a program, outside of a page, it prints."""
    if clear:
        clear_output(wait=True)
    if display_id is True:
        display_id = f"display-{next(_ids)}"
    transient = dict(transient or {})
    if display_id is not None:
        transient["display_id"] = display_id
    for value in values:
        if _host.mode() == _PROGRAM:
            print(value.get("text/plain", "") if raw else repr(value))
            continue
        data, about = (dict(value), {}) if raw else _rich.bundle(value, include, exclude)
        about.update(metadata or {})
        message = {"data": data, "metadata": about}
        if transient:
            message["transient"] = transient
        _host.emit(_UPDATE_DISPLAY_DATA if update else _DISPLAY_DATA, _rich.dumps(message))
    return Display(display_id) if display_id is not None and not update else None


def update_display(value, *, display_id, **options):
    """Shows `value` in the place of what was displayed under `display_id`."""
    display(value, display_id=display_id, update=True, **options)


def clear_output(wait=False):
    """Removes what the cell has shown so far; with `wait`, once there is something new to show."""
    if _host.mode() == _PROGRAM:
        sys.stdout.flush()
        return
    _host.emit(_CLEAR_OUTPUT, _rich.dumps({"wait": bool(wait)}))


class _Text:
    def __init__(self, data):
        self.data = data

    def __repr__(self):
        return f"<croquant.{type(self).__name__} object>"


class HTML(_Text):
    """HTML; it is shown inside a frame of its own, where it can do no harm."""

    def _repr_html_(self):
        return self.data


class Markdown(_Text):
    """Text in Markdown."""

    def _repr_markdown_(self):
        return self.data


class Latex(_Text):
    """A formula in LaTeX."""

    def _repr_latex_(self):
        return self.data


class SVG(_Text):
    """A drawing in SVG."""

    def _repr_svg_(self):
        return self.data


class JSON(_Text):
    """Data to be shown as a tree."""

    def _repr_json_(self):
        return self.data


class Image:
    """A picture, from its bytes or from a file: PNG, JPEG, GIF, WebP or SVG."""

    _KINDS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp", b"<": "image/svg+xml"}

    def __init__(self, data=None, filename=None, width=None, height=None):
        if data is None:
            with open(filename, "rb") as file:
                data = file.read()
        self.data = bytes(data)
        self.mime = next((mime for start, mime in self._KINDS.items() if self.data.startswith(start)), None)
        if self.mime is None:
            raise ValueError("the image is not PNG, JPEG, GIF, WebP or SVG")
        self.metadata = {name: size for name, size in (("width", width), ("height", height)) if size is not None}

    def __repr__(self):
        return "<croquant.Image object>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = self.data.decode() if self.mime == "image/svg+xml" else base64.b64encode(self.data).decode("ascii")
        return {self.mime: data}, ({self.mime: self.metadata} if self.metadata else {})
