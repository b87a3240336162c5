"""What a submission's source may and must contain, decided on its syntax tree. Nothing of it runs."""

import ast
import difflib
import sys

from .. import program

NODES = {
    "for": (ast.For, ast.AsyncFor), "while": ast.While, "loop": (ast.For, ast.AsyncFor, ast.While), "if": (ast.If, ast.IfExp), "match": ast.Match,
    "comprehension": (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), "list comprehension": ast.ListComp,
    "set comprehension": ast.SetComp, "dict comprehension": ast.DictComp, "generator expression": ast.GeneratorExp,
    "lambda": ast.Lambda, "try": (ast.Try, ast.TryStar), "raise": ast.Raise, "assert": ast.Assert, "with": (ast.With, ast.AsyncWith),
    "class": ast.ClassDef, "global": ast.Global, "nonlocal": ast.Nonlocal, "yield": (ast.Yield, ast.YieldFrom), "async": (ast.AsyncFunctionDef, ast.Await),
    "f-string": ast.JoinedStr, "walrus": ast.NamedExpr, "ternary": ast.IfExp, "slice": ast.Slice, "import": (ast.Import, ast.ImportFrom),
    "break": ast.Break, "continue": ast.Continue, "del": ast.Delete, "star import": (), "decorator": (), "recursion": (), "docstring": (), "type hints": (),
}  # fmt: skip
WITH_NAME = ("import", "call", "attribute", "function", "class", "method", "decorator")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def violations(files, rules):
    """Each with its file, its line and a sentence. `files` are bytes: what they say is decided by their coding line, as when they run."""
    found, trees = [], {}
    for path, source in files.items():
        try:
            trees[path] = ast.parse(source, path)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            found.append(told(path, getattr(error, "lineno", None), f"it cannot be read: {getattr(error, 'msg', None) or error}"))
    for path, source in files.items():
        most = rules.get("max_lines")
        lines = len(source.splitlines())
        if most is not None and lines > most:
            found.append(told(path, most + 1, f"it has {lines} lines, and may have {most}"))
    for wanted in rules.get("forbid") or ():
        for path, tree in trees.items():
            for scope in scopes(tree, wanted.get("in")):
                for line in places(scope, wanted["what"]):
                    found.append(told(path, line, f"{said(wanted)} is not allowed"))
    for wanted in rules.get("require") or ():
        if not any(places(scope, wanted["what"]) for tree in trees.values() for scope in scopes(tree, wanted.get("in"))):
            found.append(told(next(iter(files), "the submission"), None, f"{said(wanted)} is required, and is not there"))
    for path, tree in trees.items():
        found += imports(path, tree, rules.get("imports"), files)
    return found


def told(path, line, message):
    return {"file": path, "line": line, "message": message}


def said(wanted):
    return f"`{wanted['what']}`" + (f" in `{wanted['in']}`" if wanted.get("in") else "")


def scopes(tree, name):
    """The parts of a tree in which is looked: all of it, or the functions and classes of that name."""
    if name is None:
        return [tree]
    *outer, last = name.split(".")
    found = [tree]
    for part in [*outer, last]:
        found = [node for scope in found for node in ast.walk(scope) if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.name == part and node is not scope]
    return found


def places(scope, what):
    """The lines at which a construct is."""
    word, _, name = what.partition(" ")
    if name and word in WITH_NAME and what not in NODES:
        return [node.lineno for node in ast.walk(scope) if is_named(node, word, name, scope)]
    if what == "recursion":
        return recursions(scope)
    if what == "docstring":
        return docstrings(scope)
    if what == "type hints":
        return hints(scope)
    if what == "decorator":
        return [node.lineno for node in ast.walk(scope) if getattr(node, "decorator_list", None)]
    if what == "star import":
        return [node.lineno for node in ast.walk(scope) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    kinds = NODES.get(what)
    if kinds is None:
        near = difflib.get_close_matches(what, [*NODES, *(f"{word} NAME" for word in WITH_NAME)], 1)
        raise ValueError(f"no construct is called {what!r}" + (f": perhaps {near[0]!r}" if near else ""))
    return [node.lineno for node in ast.walk(scope) if isinstance(node, kinds) and node is not scope]


def is_named(node, word, name, scope):
    if word == "import":
        return any(module == name or module.startswith(name + ".") for module in modules_of(node))
    if word == "call":
        return isinstance(node, ast.Call) and (dotted(node.func) == name or (isinstance(node.func, ast.Attribute) and "." not in name and node.func.attr == name))
    if word == "attribute":
        return isinstance(node, ast.Attribute) and node.attr == name
    if word in {"function", "method"}:
        return isinstance(node, FUNCTIONS) and node.name == name
    if word == "class":
        return isinstance(node, ast.ClassDef) and node.name == name
    return any(dotted(each.func if isinstance(each, ast.Call) else each) == name for each in getattr(node, "decorator_list", ()))


def modules_of(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def dotted(node):
    """`a.b.c` as text, or None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (rest := dotted(node.value)) is not None:
        return f"{rest}.{node.attr}"
    return None


def recursions(scope):
    """Functions that call themselves, or each other in a circle, by their plain names."""
    defined = {node.name: node for node in ast.walk(scope) if isinstance(node, FUNCTIONS)}
    calls = {}
    for name, node in defined.items():
        called = {dotted(each.func).rpartition(".")[2] for each in ast.walk(node) if isinstance(each, ast.Call) and dotted(each.func)}
        calls[name] = called & set(defined)
    found = []
    for name, node in defined.items():
        reached, todo = set(), list(calls[name])
        while todo:
            other = todo.pop()
            if other not in reached:
                reached.add(other)
                todo += calls[other]
        if name in reached:
            found.append(node.lineno)
    return found


def docstrings(scope):
    """Where each function, class and the module has one; nowhere if one of them has none."""
    nodes = [node for node in ast.walk(scope) if isinstance(node, (*FUNCTIONS, ast.ClassDef))] or [scope]
    return [getattr(node, "lineno", 1) for node in nodes] if all(ast.get_docstring(node) for node in nodes) else []


def hints(scope):
    """Where the functions are, if each parameter and result has a type."""
    functions = [node for node in ast.walk(scope) if isinstance(node, FUNCTIONS)]
    for node in functions:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if node.returns is None or any(each.annotation is None for each in arguments if each.arg not in {"self", "cls"}):
            return []
    return [node.lineno for node in functions]


def is_own(path):
    """Whether an import of the name that a path begins with finds the submission's: a file or a package, and not the standard library's of that name."""
    name, _, rest = path.partition("/")
    name = name.removesuffix(".py")
    if name not in sys.stdlib_module_names:
        return True
    return rest in {"", "__init__.py"} and not program.is_fixed(name)


def imports(path, tree, rules, files):
    """Imports that are not allowed. The submission's own modules always are."""
    if not rules:
        return []
    own = {name.removesuffix("/__init__.py").removesuffix(".py").partition("/")[0] for name in files if is_own(name)}
    only, but = rules.get("only"), rules.get("all_but") or ()

    def is_in(module, names):
        return any(module == name or module.startswith(name + ".") for name in names)

    found = []
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        for module in modules:
            if module is None or module.partition(".")[0] in own:
                continue
            if only is not None and not is_in(module, only) or is_in(module, but):
                found.append(told(path, node.lineno, f"`import {module}` is not allowed"))
    return found
