"""Doctests: examples in text files, and in the docstrings of test modules."""

import doctest
import io

from . import shown
from .cases import Test
from .outcomes import Failed


class Examples(Test):
    """One text with its examples."""

    def __init__(self, id, module, parsed):
        super().__init__(id, module, lambda: None, [])
        self.parsed = parsed

    def facts(self):
        return super().facts() | {"code": None, "line": self.parsed.lineno, "doc": None}

    def go(self, result):
        report = io.StringIO()
        failures = []

        class Teller(doctest.DocTestRunner):
            def report_failure(self, out, test, example, got):
                failures.append((example, example.want, got))

            def report_unexpected_exception(self, out, test, example, info):
                failures.append((example, example.want, shown.message(info[1])))

        Teller(verbose=False).run(self.parsed, out=report.write, clear_globs=False)
        if failures:
            example, want, got = failures[0]
            want, got = shown.clip(want, shown.VALUE), shown.clip(got, shown.VALUE)
            error = Failed(f"line {(self.parsed.lineno or 0) + example.lineno + 1}: >>> {example.source.strip()}")
            error.croquant_sides = want, got
            raise error


def in_text(text, path, module):
    parsed = doctest.DocTestParser().get_doctest(text, dict(vars(module)), path, path, 0)
    return [Examples(f"{path}::{path.rpartition('/')[2]}", module, parsed)] if parsed.examples else []


def in_module(module, path):
    found = []
    for parsed in doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__, module=module):
        if parsed.examples:
            found.append(Examples(f"{path}::{parsed.name}", module, parsed))
    return found
