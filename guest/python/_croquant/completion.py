"""Completion from what the session knows: names, attributes, keywords, modules, arguments of calls, keys of dictionaries."""

import builtins
import importlib.util
import inspect
import io
import keyword
import pkgutil
import re
import sys
import tokenize

LIMIT = 500
SIMPLE = r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[-?\d+\]|\[(?:'[^'\\\n]*'|\"[^\"\\\n]*\")\])*"
WORD = re.compile(r"[^\W\d]\w*\Z|\Z")
ATTRIBUTE = re.compile(rf"({SIMPLE}|\d+\.\d*|'[^'\n]*'|\"[^\"\n]*\"|\[\]|\{{\}}|\(\))\.(\w*)\Z")
KEY = re.compile(rf"({SIMPLE})\[(['\"])([^'\"\n]*)\Z")
IMPORT = re.compile(r"\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*([\w.]*)\Z")
FROM = re.compile(r"\s*from\s+([\w.]*)\Z")
FROM_IMPORT = re.compile(r"\s*from\s+([\w.]+)\s+import\s+\(?\s*(?:\w+(?:\s+as\s+\w+)?\s*,\s*)*(\w*)\Z")


def complete(code, cursor, namespace):
    """Returns `(start, matches)`: the text from `start` to the cursor may be replaced by each match."""
    before = code[:cursor]
    line = before.rpartition("\n")[2].rpartition(";")[2]
    imported = of_import(line)
    if imported is not None:
        typed, matches = imported
        return cursor - len(typed), ordered(matches, typed)
    if inside_string(before):
        return of_key(before, cursor, namespace) or (cursor, [])
    found = ATTRIBUTE.search(before)
    if found is not None:
        return cursor - len(found[2]), ordered(attributes(found[1], namespace), found[2])
    typed = WORD.search(before)[0]
    if before[: len(before) - len(typed)].endswith("."):
        return cursor, []
    matches = arguments(before[: len(before) - len(typed)], namespace)
    matches += names(namespace, code)
    return cursor - len(typed), ordered(matches, typed)


def ordered(matches, typed):
    """Those that begin as typed, private ones last (and only where an underscore was typed)."""
    fits = {match for match in matches if match.startswith(typed) and (typed.startswith("_") or not match.startswith("_"))}
    if not fits and typed:
        fits = {match for match in matches if match.lower().startswith(typed.lower())}
    return sorted(fits, key=lambda match: (not match.endswith("="), match.startswith("__"), match.startswith("_"), match.lower(), match))[:LIMIT]


def inside_string(before):
    """Whether the cursor is inside a string (or a comment, where there is nothing to complete either)."""
    quote, i = None, 0
    while i < len(before):
        if quote is None:
            if before[i] == "#":
                end = before.find("\n", i)
                if end < 0:
                    return True
                i = end
            elif before[i] in "'\"":
                quote = before[i] * 3 if before[i : i + 3] == before[i] * 3 else before[i]
                i += len(quote)
                continue
        elif before[i] == "\\":
            i += 1
        elif before.startswith(quote, i):
            i += len(quote)
            quote = None
            continue
        elif before[i] == "\n" and len(quote) == 1:
            quote = None
        i += 1
    return quote is not None


def evaluate(expression, namespace):
    """The value of a dotted name with simple subscripts. Attributes are looked up statically where that is enough: completing must not
    run what the reader has not run."""
    if expression[:1].isdigit() or expression[:1] in "'\"[{(":
        return eval(expression, {"__builtins__": {}})
    parts = re.findall(r"\.?([^\W\d]\w*)|\[(-?\d+)\]|\[('[^']*'|\"[^\"]*\")\]", expression)
    value = namespace[parts[0][0]] if parts[0][0] in namespace else getattr(builtins, parts[0][0])
    for name, index, key in parts[1:]:
        if name:
            value = attribute(value, name)
        elif type(value) in (list, tuple, dict, str):
            value = value[int(index) if index else key[1:-1]]
        else:
            raise LookupError
    return value


def attribute(value, name):
    static = inspect.getattr_static(value, name)
    if isinstance(static, property):
        raise LookupError("a property may do anything")
    return getattr(value, name)


def attributes(expression, namespace):
    try:
        return [name for name in dir(evaluate(expression, namespace)) if isinstance(name, str)]
    except Exception:
        return []


def names(namespace, code):
    found = {name for name in namespace if isinstance(name, str)} | set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist)
    return list(found | names_in(code))


def names_in(code):
    """Names that the cell itself assigns or takes as parameters, which nothing has run yet."""
    found = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NAME and len(token.string) > 2:
                found.add(token.string)
    except (tokenize.TokenError, SyntaxError):
        pass
    words = re.findall(r"(?:def|class|as|for)\s+(\w+)|(\w+)\s*(?:=[^=]|:=)", code)
    return found & {word for pair in words for word in pair if word} if found else {word for pair in words for word in pair if word}


def call_before(before):
    """The callable's expression of the innermost open parenthesis, or None."""
    depth = 0
    for i in range(len(before) - 1, -1, -1):
        char = before[i]
        if char in ")]}":
            depth += 1
        elif char in "([{":
            if depth == 0:
                found = re.search(rf"({SIMPLE})\Z", before[:i]) if char == "(" else None
                return found[1] if found else None
            depth -= 1
    return None


def arguments(before, namespace):
    """`name=` of the parameters of the call that the cursor is in."""
    expression = call_before(before)
    if expression is None or before.rstrip()[-1:] not in "(,":
        return []
    try:
        parameters = inspect.signature(evaluate(expression, namespace)).parameters.values()
    except Exception:
        return []
    return [f"{p.name}=" for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


def of_key(before, cursor, namespace):
    found = KEY.search(before)
    if found is None:
        return None
    try:
        value = evaluate(found[1], namespace)
        keys = value.keys() if isinstance(value, dict) else ()
    except Exception:
        return None
    matches = [key for key in keys if isinstance(key, str) and key.startswith(found[3]) and key.isprintable() and found[2] not in key]
    return cursor - len(found[3]), sorted(matches)[:LIMIT]


def of_import(line):
    found = FROM_IMPORT.match(line)
    if found:
        module = sys.modules.get(found[1])
        inside = dir(module) if module is not None else []
        return found[2], list(inside) + submodules(found[1])
    found = IMPORT.match(line) or FROM.match(line)
    if found is None:
        return None
    package, dot, typed = found[1].rpartition(".")
    if dot:
        return typed, submodules(package)
    return typed, top_modules()


def top_modules():
    return list(sys.builtin_module_names) + [module.name for module in pkgutil.iter_modules()]


def submodules(package):
    try:
        module = sys.modules.get(package)
        path = module.__path__ if module is not None else importlib.util.find_spec(package).submodule_search_locations
        return [found.name for found in pkgutil.iter_modules(path)]
    except Exception:
        return []
