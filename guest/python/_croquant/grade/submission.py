"""The requests of the submission's session: importing it, with errors that a student can act on, and serving the checker."""

import base64
import difflib
import importlib.machinery
import importlib.util
import os
import re
import sys

from .. import absent, program
from . import script, serve

HINT_OF_EXIT = "put what runs the program beneath `if __name__ == '__main__':`"
server = None
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def grade_import(request):
    """Writes the files of the request, and imports the modules that the tests want: None, or the first error, said precisely."""
    begin().prepare()
    folder, files = os.getcwd(), files_of(request.get("files", {}))
    for path, data in files.items():
        write(os.path.join(folder, path), data)
    program.enter_folder(folder, {path.partition("/")[0] for path in files})
    for module in request["modules"]:
        try:
            if module in request.get("later", ()):
                if len(request["modules"]) == 1:  # of several, one that is missing is the affair of the tests that import it
                    look_at(module, folder)
            elif is_plain(module, files):
                run_module(module, os.path.join(folder, f"{module}.py"), files[f"{module}.py"])
            else:
                importlib.import_module(module)
        except BaseException as error:
            return {"status": "error", "module": module, **explain(error, module, folder)}
    return None


def is_plain(name, files):
    """Whether an import would find nothing but this file of the submission's."""
    is_there = f"{name}.py" in files and not any(path.startswith(f"{name}/") for path in files)
    return is_there and name not in sys.modules and name not in sys.builtin_module_names


def run_module(name, path, source):
    """As an import does, without the search for the file and for what was compiled of it before, and without reading what was just written."""
    spec = importlib.machinery.ModuleSpec(name, importlib.machinery.SourceFileLoader(name, path), origin=path)
    spec.has_location = True
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec._initializing = True
    try:
        exec(compile(source, path, "exec", dont_inherit=True), vars(module))
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        spec._initializing = False


def look_at(module, folder):
    """Finds a module and compiles it: it runs when a test imports it."""
    spec = importlib.util.find_spec(module)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)
    if spec.origin is not None and spec.origin.startswith(f"{folder}/"):
        with open(spec.origin, "rb") as file:
            compile(file.read(), spec.origin, "exec", dont_inherit=True)


def write(path, data):
    try:
        file = open(path, "wb")
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path))
        file = open(path, "wb")
    with file:
        file.write(data)


def files_of(told):
    """What a request says of files, as their contents by their paths."""
    return {path: bytes_of(content) for path, content in told.items()}


def bytes_of(content):
    """What a request says of a file: text, or `{"base64": …}`."""
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else base64.b64decode(content["base64"])


def grade_serve(request):
    """Serves the checker until that is done."""
    begin().run()


def begin():
    """The session's one server."""
    global server
    if server is None:
        from _croquant_host import exchange

        server = serve.Server(exchange)
    return server


def explain(error, module, folder):
    file, line = place_of(error, folder)
    if isinstance(error, SyntaxError):
        if file is None and os.path.isfile(os.path.join(folder, path_of(module))):
            file = path_of(module)
        return told("syntax", file, line, syntax_message(error, file, folder), error)
    if isinstance(error, ModuleNotFoundError) and error.name == module:
        return told("missing", None, None, missing_message(module, folder), None)
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        message = f"the module ends the program while it is imported, with exit code {error.code!r}\nhint: {HINT_OF_EXIT}"
    elif isinstance(error, EOFError):
        message = f"the module asks for input while it is imported\nhint: {HINT_OF_EXIT}"
    else:
        message = f"{kind}: {text_of(error)}"
    return told("exception", file, line, message, error)


def told(kind, file, line, message, error):
    trace = "" if error is None else serve.trace(error)
    return {"kind": kind, "file": file, "line": line, "message": plain(message), "traceback": plain(trace)}


def plain(text):
    """JSON has no place for lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()


def text_of(error):
    try:
        return str(error)
    except BaseException:
        return "<exception str() failed>"


def place_of(error, folder):
    """The submission's file and line where the error lies: a syntax error's own, else the innermost of the traceback."""
    if isinstance(error, SyntaxError) and isinstance(error.filename, str):
        return relative(error.filename, folder), error.lineno if isinstance(error.lineno, int) else None
    found = None, None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name[:1] != "<" and script.is_theirs(name) and os.path.abspath(name).startswith(os.path.join(folder, "")):
            found = relative(name, folder), trace.tb_lineno
        trace = trace.tb_next
    return found


def path_of(module):
    return module.replace(".", "/") + ".py"


def relative(name, folder):
    return os.path.relpath(name, folder) if os.path.isabs(name) else name


def syntax_message(error, file, folder):
    text = str(error.msg)
    if file is None:
        return text
    try:
        with open(os.path.join(folder, file), "rb") as source:
            data = source.read()
    except OSError:
        return text
    for mark, name in MARKS.items():
        if data.startswith(mark):
            return f"the file is not UTF-8 but {name}\nhint: save it as UTF-8"
    if b"\0" in data:
        return "the file holds null bytes: it is no Python source\nhint: hand in the `.py` file itself"
    if isinstance(error, TabError):
        return f"{text}\nhint: indent with four spaces everywhere, and with no tabs"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        if b"coding" not in b"".join(data.splitlines()[:2]):
            line = data.count(b"\n", 0, wrong.start) + 1
            return f"line {line} is not UTF-8: it holds the byte 0x{data[wrong.start]:02x}\nhint: save the file as UTF-8"
    return text


def missing_message(module, folder):
    wanted = path_of(module)
    present = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    similar = similar_name(wanted, present)
    if similar is None and module in absent.MODULES:
        return f"the tests need `{module}`, and {absent.MODULES[module]}\nhint: the submission has no part in that: tell whoever set the assignment"
    if similar is None:
        there = ", ".join(f"`{name}`" for name in present[:5]) or "no files"
        return f"there is no `{wanted}`\nhint: name the file `{wanted}`; handed in were: {there}"
    return f"there is no `{wanted}`\nhint: rename `{similar}` to `{wanted}`"


def similar_name(wanted, present):
    """A file that was probably meant: another case, a copy's number, another ending, a slip of the keys."""

    def essence(name):
        name = re.sub(r"(\.py)?\.txt$|\.py\d*$", "", name.lower())
        return re.sub(r"[\s_\-]*(\(\d+\)|copy|final|\d+)?$", "", name).replace("-", "_").replace(" ", "_")

    for name in present:
        if essence(name) == essence(wanted):
            return name
    close = difflib.get_close_matches(wanted.lower(), [name.lower() for name in present if name.endswith(".py")], 1, 0.75)
    return next((name for name in present if close and name.lower() == close[0]), None)
