//! Attacks on the stack. Each must end in a Python error that the session survives, or, where CPython itself has no check,
//! in a stack overflow that only the session does not: never in the host's death.

use croquant_sandbox::{Limits, Outcome};

use crate::stage::{Stage, limits};

/// Programs that recurse deeper than any stack, and what Python says.
const ATTACKS: &[(&str, &str, &str)] = &[
    ("function", "def f(): f()\nf()", "RecursionError"),
    (
        "function, limit raised",
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(): f()\nf()",
        "RecursionError",
    ),
    (
        "C and Python in turn, limit raised",
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(*a): return sorted([1], key=f)\nf()",
        "RecursionError",
    ),
    (
        "repr",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "RecursionError",
    ),
    (
        "getattr",
        "class A:\n    def __getattr__(self, name): return getattr(self, name + 'x')\nA().x",
        "RecursionError",
    ),
    (
        "call",
        "class A: pass\nA.__call__ = A()\nA()()",
        "RecursionError",
    ),
    (
        "parentheses",
        "eval('(' * 100000 + ')' * 100000)",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "brackets",
        "eval('[' * 150 + ']' * 150)",
        "SyntaxError|MemoryError|RecursionError|",
    ),
    (
        "unary",
        "eval('-' * 100000 + '1')",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "not",
        "eval('not ' * 100000 + '1')",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "attributes",
        "eval('a' + '.b' * 100000)",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "sums",
        "eval('+'.join(['a'] * 100000))",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "lambdas",
        "eval('lambda: ' * 100000 + '1')",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "calls",
        "eval('f' + '()' * 100000)",
        "SyntaxError|MemoryError|RecursionError",
    ),
    (
        "literal",
        "import ast\nast.literal_eval('-' * 100000 + '1')",
        "SyntaxError|MemoryError|RecursionError|ValueError",
    ),
    (
        "blocks",
        "exec('\\n'.join(' ' * i + 'if 1:' for i in range(150)) + '\\n' + ' ' * 150 + 'pass')",
        "SyntaxError|IndentationError|MemoryError|RecursionError",
    ),
    (
        "json arrays",
        "import json\njson.loads('[' * 100000)",
        "RecursionError",
    ),
    (
        "json objects",
        "import json\njson.loads('{\"a\":' * 100000)",
        "RecursionError",
    ),
    (
        "json out",
        "import json\nx = []\nfor _ in range(100000): x = [x]\njson.dumps(x)",
        "RecursionError",
    ),
    (
        "pickle",
        "import pickle\nx = []\nfor _ in range(100000): x = [x]\npickle.dumps(x)",
        "RecursionError",
    ),
    (
        "pickle in Python",
        "import pickle\nx = []\nfor _ in range(100000): x = [x]\npickle._dumps(x)",
        "RecursionError",
    ),
    (
        "marshal",
        "import marshal\nx = ()\nfor _ in range(100000): x = (x,)\nmarshal.dumps(x)",
        "ValueError",
    ),
    (
        "repr of lists",
        "x = []\nfor _ in range(100000): x = [x]\nrepr(x)",
        "RecursionError",
    ),
    (
        "repr of dicts",
        "x = {}\nfor _ in range(100000): x = {0: x}\nrepr(x)",
        "RecursionError",
    ),
    (
        "equality",
        "x = y = ()\nfor _ in range(100000): x, y = (x,), (y,)\nx = [x]\ny = [y]\nx == y",
        "RecursionError",
    ),
    (
        "cyclic equality",
        "x = []\nx.append(x)\ny = [x]\nx.append(y)\nz = []\nz.append(z)\nw = [z]\nz.append(w)\nx == z",
        "RecursionError",
    ),
    (
        "deepcopy",
        "import copy\nx = []\nfor _ in range(100000): x = [x]\ncopy.deepcopy(x)",
        "RecursionError",
    ),
    (
        "groups",
        "import re\nre.compile('(' * 50000 + ')' * 50000)",
        "RecursionError|OverflowError",
    ),
    (
        "isinstance",
        "x = int\nfor _ in range(100000): x = (x,)\nisinstance('', x)",
        "RecursionError",
    ),
    (
        "yield from",
        "def f(n):\n    yield from f(n + 1)\nnext(f(0))",
        "RecursionError",
    ),
    (
        "cause",
        "e = None\nfor _ in range(100000):\n    n = ValueError()\n    n.__cause__ = e\n    e = n\nraise e",
        "ValueError|RecursionError",
    ),
    (
        "unions",
        "import typing\nx = int\nfor i in range(100000): x = list[x]\nrepr(x)",
        "RecursionError",
    ),
    (
        "ast",
        "import ast\nx = ast.Constant(1)\nfor _ in range(100000): x = ast.UnaryOp(ast.USub(), x)\ncompile(ast.fix_missing_locations(ast.Expression(x)), '', 'eval')",
        "RecursionError",
    ),
    (
        "deallocation of lists",
        "x = None\nfor _ in range(1000000): x = [x]\ndel x",
        "",
    ),
    (
        "deallocation of tuples",
        "x = None\nfor _ in range(1000000): x = (x,)\ndel x",
        "",
    ),
    (
        "deallocation of objects",
        "class A: pass\nx = None\nfor _ in range(300000):\n    a = A()\n    a.x = x\n    x = a\ndel x, a",
        "",
    ),
];

/// Known from CPython itself: hashes of tuples and chained iterators recurse in C without a check.
const UNCHECKED: &[(&str, &str)] = &[
    ("hash", "x = ()\nfor _ in range(1000000): x = (x,)\nhash(x)"),
    (
        "chains",
        "import itertools\nx = iter(())\nfor _ in range(300000): x = itertools.chain(x)\nlist(x)",
    ),
    (
        "maps",
        "x = iter(())\nfor _ in range(300000): x = map(str, x)\nlist(x)",
    ),
    (
        "filters",
        "x = iter(())\nfor _ in range(300000): x = filter(None, x)\nlist(x)",
    ),
];

#[tokio::test]
async fn attacks_end_in_python_errors() {
    let mut wrong = Vec::new();
    for (name, source, errors) in ATTACKS {
        let mut stage = Stage::new(&Limits {
            memory_bytes: 512 << 20,
            ..limits()
        })
        .await;
        let report = stage.execute(source).await;
        let error = stage.error();
        if !errors.split('|').any(|expected| expected == error) || !report.alive {
            wrong.push(format!("{name}: {:?} {error}", report.outcome));
            continue;
        }
        stage.remembers(name).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn what_cpython_does_not_check_ends_the_session_alone() {
    for (name, source) in UNCHECKED {
        let mut beside = Stage::new(&limits()).await;
        let mut stage = Stage::new(&limits()).await;
        let report = stage.execute(source).await;
        let survived = report.alive && stage.error() == "RecursionError";
        assert!(
            survived || report.outcome == Outcome::StackOverflow,
            "{name}: {report:?} {}",
            stage.error()
        );
        beside.remembers(name).await;
    }
}
