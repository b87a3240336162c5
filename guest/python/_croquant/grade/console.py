"""The submission's standard input, and its `print` where a test replaces that: the checker is asked. While it is imported, nobody is."""

import builtins
import io
import sys

plain_print = builtins.print
plain_input = builtins.input


class CheckersLines(io.RawIOBase):
    """Standard input whose lines the checker's `sys.stdin` gives."""

    name = "<stdin>"
    mode = "rb"

    def __init__(self, peer):
        self._peer = peer
        self._rest = b""

    def readable(self):
        return True

    def fileno(self):
        return 0

    def readinto(self, room):
        if not self._rest and self._peer.serving:
            self._rest = self._peer.request(("stdin",)).encode("utf-8", "surrogateescape")
        part, self._rest = self._rest[: len(room)], self._rest[len(room) :]
        room[: len(part)] = part
        return len(part)


def make(peer):
    """Standard input and `input` of a peer's: made with the image, as their buffers are large."""
    stdin = io.TextIOWrapper(io.BufferedReader(CheckersLines(peer)), encoding="utf-8", errors="strict", newline=None)

    def input(prompt="", /):
        if sys.stdin is not stdin:
            return plain_input(prompt)
        if not peer.serving:
            raise EOFError("EOF when reading a line")
        return peer.request(("input", str(prompt)) if prompt != "" else ("input",))

    input.__qualname__ = "input"
    input.__module__ = "builtins"
    input.__doc__ = plain_input.__doc__
    return stdin, input


def patch_print(peer, patched):
    """`unittest.mock.patch("builtins.print")` in the checker holds for the submission too."""

    def print(*values, sep=" ", end="\n", file=None, flush=False):
        if file is not None and file is not sys.stdout:
            return plain_print(*values, sep=sep, end=end, file=file, flush=flush)
        options = {"sep": sep, "end": end, "flush": flush}
        defaults = {"sep": " ", "end": "\n", "flush": False}
        return peer.request(("print", values, {name: value for name, value in options.items() if value != defaults[name]}))

    builtins.print = print if patched else plain_print
