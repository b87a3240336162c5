"""Test modules as they are compiled: assertions that tell the values they saw, and imports from a submission that lacks what is imported."""

import ast

OPERATORS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

# Names that no program can write. They are in a test module's namespace, put there before it runs.
FAIL = "@fail"
UNSEEN = "@unseen"
TAKE = "@take"
TAKE_ALL = "@take all"
SOURCES = "@sources"
SUPER = "@super"
WORTH_SHOWING = (ast.Call, ast.Attribute, ast.Subscript, ast.Name, ast.BinOp, ast.UnaryOp, ast.Await, ast.IfExp, ast.ListComp, ast.SetComp,
                 ast.DictComp, ast.GeneratorExp, ast.JoinedStr)  # fmt: skip


BODIES = "body", "handlers", "orelse", "finalbody", "cases"
FUNCTIONS = ast.FunctionDef, ast.AsyncFunctionDef


class Module:
    """A module of the tests: what one walk of its statements finds, which leaves out their expressions, and its code.

    `imported`: the modules that it imports, by their first names, anywhere in it; `at_once`: those that it imports when it runs, come what may.
    """

    def __init__(self, source, path):
        self.source, self.tree = source, ast.parse(source, path)
        self.imported, self.at_once, self.functions, self.asserts = {}, {}, [], False
        nodes = [(self.tree, True)]
        for node, runs in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = dict.fromkeys(name.partition(".")[0] for name in imported_by(node))
                self.imported |= names
                if runs:
                    self.at_once |= names
            elif isinstance(node, FUNCTIONS):
                self.functions.append(node)
            elif isinstance(node, ast.Assert):
                self.asserts = True
            runs = runs and not isinstance(node, (*FUNCTIONS, ast.If)) and not has_substitute(node)
            for field in BODIES:
                nodes += ((each, runs) for each in getattr(node, field, ()))

    def sources(self):
        """The text of each function, by the line at which its code begins."""
        lines, found = [line + "\n" for line in self.source.split("\n")], {}
        for node in self.functions:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[first] = "".join(lines[first - 1 : node.end_lineno])
        return found

    def compile(self, path, modules):
        """Its code, once. `modules`: names of the submission's modules; only imports of these are changed."""
        if self.asserts or "super" in self.source:
            Rewriter(self.source.split("\n")).visit(self.tree)
        if modules:
            self.tree.body = [new for statement in self.tree.body for new in import_instead(statement, modules)]
        return compile(self.tree, path, "exec", dont_inherit=True)


def imported_by(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if node.module and not node.level else []


def in_place_of(node, *made):
    """What stands in the place of a node, with a place in the source."""
    return [ast.fix_missing_locations(ast.copy_location(new, node)) for new in made]


def has_substitute(node):
    """Whether it is a `try` that puts something else in the place of what cannot be imported."""
    plain = (ast.Assign, ast.Pass, ast.Import, ast.ImportFrom)
    return isinstance(node, ast.Try) and bool(node.handlers) and all(isinstance(each, plain) for handler in node.handlers for each in handler.body)


def import_instead(statement, modules):
    """At the top of a test module, `from solution import name` fails only when the name is used."""
    if not isinstance(statement, ast.ImportFrom) or statement.level or statement.module.partition(".")[0] not in modules:
        return [statement]
    made = []
    for alias in statement.names:
        if alias.name == "*":
            call = ast.Call(ast.Name(TAKE_ALL, ast.Load()), [ast.Constant(statement.module)], [])
            made.append(ast.Expr(call))
        else:
            call = ast.Call(ast.Name(TAKE, ast.Load()), [ast.Constant(statement.module), ast.Constant(alias.name)], [])
            made.append(ast.Assign([ast.Name(alias.asname or alias.name, ast.Store())], call))
    return in_place_of(statement, *made)


class Rewriter(ast.NodeTransformer):
    """Turns `assert a == f(b)` into code that keeps both sides as they were when they were compared."""

    def __init__(self, lines):
        self.lines = lines
        self.first = None  # the first parameter of the function around

    def visit_FunctionDef(self, node):
        outer, parameters = self.first, [*node.args.posonlyargs, *node.args.args]
        self.first = parameters[0].arg if parameters else None
        try:
            return self.generic_visit(node)
        finally:
            self.first = outer

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Call(self, node):
        """`super()` with what it finds by itself, so that a class of the submission's can be asked."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.keywords:
            if not node.args and self.first is not None:
                node.args = [ast.Name("__class__", ast.Load()), ast.Name(self.first, ast.Load())]
            if len(node.args) == 2:
                node.func = ast.copy_location(ast.Name(SUPER, ast.Load()), node.func)
            ast.fix_missing_locations(node)
        return node

    def visit_Assert(self, node):
        seen = Seen(self.lines)
        test = seen.look_at(node.test)
        if not seen.names:
            return node
        values = ast.Tuple([ast.Name(name, ast.Load()) for name in seen.names], ast.Load())
        operands = [ast.Constant(tuple(seen.pieces)), ast.Constant(tuple(seen.sources)), values, ast.Constant(seen.compared)]
        failing = ast.Raise(ast.Call(ast.Name(FAIL, ast.Load()), operands + ([node.msg] if node.msg else []), []))
        unseen = ast.Assign([ast.Name(name, ast.Store()) for name in seen.names], ast.Name(UNSEEN, ast.Load()))
        return in_place_of(node, unseen, ast.If(ast.UnaryOp(ast.Not(), test), [failing], []))


class Seen:
    """What an assertion's expression is made of, in pieces: text, and the numbers of values that are kept."""

    def __init__(self, lines):
        self.lines, self.names, self.sources, self.pieces = lines, [], [], []
        self.compared = None

    def look_at(self, node):
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            values = []
            for number, value in enumerate(node.values):
                if number:
                    self.pieces.append(word)
                values.append(self.look_at(value))
            return ast.BoolOp(node.op, values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.pieces.append("not ")
            return ast.UnaryOp(node.op, self.look_at(node.operand))
        if isinstance(node, ast.Compare):
            operands = [self.keep(node.left)]
            for operator, operand in zip(node.ops, node.comparators):
                self.pieces.append(f" {OPERATORS[type(operator)]} ")
                operands.append(self.keep(operand))
            if self.compared is None and len(operands) == 2 and isinstance(node.ops[0], (ast.Eq, ast.Is)) and len(self.names) >= 1:
                self.compared = self.sides(node, operands)
            return ast.Compare(operands[0], node.ops, operands[1:])
        return self.keep(node)

    def sides(self, node, operands):
        """The numbers of the actual and the expected side: a constant on the left is what is expected."""
        left, right = (operand.target.id if isinstance(operand, ast.NamedExpr) else None for operand in operands)
        numbers = [self.names.index(name) if name in self.names else None for name in (left, right)]
        return tuple(reversed(numbers)) if is_constant(node.left) and not is_constant(node.comparators[0]) else tuple(numbers)

    def text(self, node):
        """As it is written. `ast.get_source_segment` would split the whole module each time."""
        if node.lineno != node.end_lineno:
            return ast.unparse(node)
        return self.lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()

    def keep(self, node):
        text = self.text(node)
        if any(isinstance(part, (ast.NamedExpr, ast.Starred, ast.Yield, ast.YieldFrom)) for part in ast.walk(node)):
            self.pieces.append(f"({text})" if isinstance(node, ast.NamedExpr) else text)
            return node
        name = f"@{len(self.names)}"
        self.pieces.append(len(self.names))
        self.names.append(name)
        self.sources.append(text if isinstance(node, WORTH_SHOWING) else None)
        return ast.NamedExpr(ast.Name(name, ast.Store()), node)


def is_constant(node):
    """Whether it is a constant, or made of constants alone: `-1`, `[1, 2]`."""
    kinds = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.expr_context, ast.unaryop)
    return all(isinstance(part, kinds) for part in ast.walk(node))
