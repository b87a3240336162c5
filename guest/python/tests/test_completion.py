import unittest

from _croquant import completion


class Shelf:
    def __init__(self):
        self.books = []
        self._hidden = 1

    @property
    def explosive(self):
        raise AssertionError("completing ran a property")

    def lend(self, book, *, days=7):
        return book, days


class Completion(unittest.TestCase):
    def check(self, code, expected, **namespace):
        start, matches = completion.complete(code, len(code), namespace)
        self.assertEqual([code[:start] + match for match in matches], expected)

    def among(self, code, *expected, **namespace):
        matches = completion.complete(code, len(code), namespace)[1]
        for name in expected:
            self.assertIn(name, matches)

    def absent(self, code, unexpected, **namespace):
        self.assertNotIn(unexpected, completion.complete(code, len(code), namespace)[1])

    def test_names(self):
        self.check("pri", ["print"])
        self.check("x = appl", ["x = apple"], apple=1)
        self.among("whi", "while")
        self.check("zebra", [])

    def test_names_that_the_cell_assigns(self):
        self.among("total_sum = 1\nprint(tot", "total_sum")

    def test_attributes(self):
        self.check("shelf.bo", ["shelf.books"], shelf=Shelf())
        self.check("shelf.books.app", ["shelf.books.append"], shelf=Shelf())
        self.check("'a'.uppe", ["'a'.upper"])
        self.check("things[0].bo", ["things[0].books"], things=[Shelf()])

    def test_private_attributes_show_where_an_underscore_was_typed(self):
        self.absent("shelf.", "_hidden", shelf=Shelf())
        self.check("shelf._hid", ["shelf._hidden"], shelf=Shelf())

    def test_properties_do_not_run(self):
        self.among("shelf.expl", "explosive", shelf=Shelf())
        self.check("shelf.explosive.x", [], shelf=Shelf())

    def test_arguments(self):
        self.among("shelf.lend(", "book=", "days=", shelf=Shelf())
        self.check("shelf.lend(1, da", ["shelf.lend(1, days="], shelf=Shelf())
        self.absent("shelf.lend(x + ", "days=", shelf=Shelf())

    def test_keys(self):
        self.check("d['al", ["d['alpha"], d={"alpha": 1, "beta": 2, 3: 4})
        self.check('d["', ['d["alpha', 'd["beta'], d={"alpha": 1, "beta": 2})

    def test_nothing_in_strings_and_comments(self):
        self.check("x = 'pri", [])
        self.check("# pri", [])
        self.check("'''a\npri", [])
        self.check("'a' # b\npri", ["'a' # b\nprint"])

    def test_imports(self):
        self.check("import textw", ["import textwrap"])
        self.check("import os, textw", ["import os, textwrap"])
        self.check("from textw", ["from textwrap"])
        self.check("from os import getcw", ["from os import getcwd", "from os import getcwdb"])
        self.among("import json.", "decoder")

    def test_case_is_forgiven_when_nothing_else_fits(self):
        self.check("NONE_", [])
        self.check("none", ["None"])

    def test_the_cursor_may_be_anywhere(self):
        self.assertEqual(completion.complete("pri + 1", 3, {}), (0, ["print"]))


class Inspection(unittest.TestCase):
    def describe(self, code, cursor=None, detail=0, **namespace):
        from _croquant import inspection

        return inspection.describe(code, len(code) if cursor is None else cursor, detail, namespace)

    def test_a_function(self):
        text = self.describe("shelf.lend", shelf=Shelf())
        self.assertIn("lend(book, *, days=7)", text)
        self.assertIn("def lend", self.describe("shelf.lend", detail=1, shelf=Shelf()))

    def test_inside_a_call(self):
        self.assertIn("Signature: lend", self.describe("shelf.lend(1, ", shelf=Shelf()))

    def test_a_value(self):
        self.assertIn("[1, 2]", self.describe("x", x=[1, 2]))

    def test_a_part_of_a_name(self):
        self.assertIn("Type:      Shelf", self.describe("shelf.lend", cursor=2, shelf=Shelf()))

    def test_nothing(self):
        self.assertIsNone(self.describe("nobody"))
        self.assertIsNone(self.describe("shelf.explosive", shelf=Shelf()))
