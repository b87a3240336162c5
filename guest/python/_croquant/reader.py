"""`input()`, `sys.stdin` and `getpass` in a kernel: the reader is asked through the host."""

import builtins
import io
import sys

import _croquant_host as host

KERNEL = 1
program_input = builtins.input


class ReaderLines(io.RawIOBase):
    """Standard input whose lines the reader types when they are needed."""

    name = "<stdin>"
    mode = "rb"

    def __init__(self):
        self._rest = b""

    def readable(self):
        return True

    def fileno(self):
        return 0

    def readinto(self, room):
        if not self._rest:
            try:
                self._rest = host.input("", False).encode() + b"\n"
            except EOFError:
                return 0
        part, self._rest = self._rest[: len(room)], self._rest[len(room) :]
        room[: len(part)] = part
        return len(part)


def make_stdin():
    return io.TextIOWrapper(io.BufferedReader(ReaderLines()), encoding="utf-8", errors="strict", newline=None)


kernel_stdin = make_stdin()


def kernel_input(prompt="", /):
    if sys.stdin is not kernel_stdin:  # the program put a stream of its own there
        return program_input(prompt)
    sys.audit("builtins.input", prompt)
    line = host.input(str(prompt), False)
    sys.audit("builtins.input/result", line)
    return line


kernel_input.__name__ = kernel_input.__qualname__ = "input"
kernel_input.__module__ = "builtins"
kernel_input.__doc__ = builtins.input.__doc__


def patch_getpass(getpass):
    fallback = getpass.getpass

    def ask(prompt="Password: ", stream=None):
        if host.mode() == KERNEL:
            return host.input(prompt, True)
        return fallback(prompt, stream)

    ask.__name__ = ask.__qualname__ = "getpass"
    ask.__doc__ = "Prompt for a password, with echo turned off where the reader's side can do that."
    getpass.getpass = ask
