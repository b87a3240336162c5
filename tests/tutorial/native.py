"""Runs a page's blocks at the prompt of this Python, for comparison.

Standard input: JSON, `{"blocks": [[{"source", "plain"}]], "answers": [line]}`. Standard output: JSON, for each block
and entry what a reader would see. Runs in an empty folder.
"""

import builtins
import contextlib
import io
import json
import linecache
import signal
import sys
import traceback

PATIENCE_S = 2


def main():
    page = json.load(sys.stdin)
    answers = iter(page["answers"])
    namespace = {"__name__": "__main__", "__builtins__": builtins}

    def answer(prompt=""):
        for line in answers:
            print(f"{prompt}{line}")
            return line
        raise EOFError("EOF when reading a line")

    builtins.input = answer
    sys.ps1, sys.ps2 = ">>> ", "... "
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    shown = [[run(entry, namespace) for entry in block] for block in page["blocks"]]
    json.dump(shown, sys.stdout)


def run(entry, namespace):
    source = entry["source"] + "\n"
    if all(not line or line.startswith("#") for line in map(str.strip, source.splitlines())):
        # A prompt takes a comment; `single` mode does not.
        return ""
    linecache.cache["<stdin>"] = (len(source), None, source.splitlines(True), "<stdin>")
    seen = io.StringIO()
    with contextlib.redirect_stdout(seen), contextlib.redirect_stderr(seen):
        signal.alarm(PATIENCE_S)
        try:
            exec(compile(source, "<stdin>", "exec" if entry["plain"] else "single"), namespace)
        except SystemExit:
            pass
        except BaseException as error:
            # Without the frame of this function.
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            traceback.print_exception(error)
        finally:
            signal.alarm(0)
    return seen.getvalue()


if __name__ == "__main__":
    main()
