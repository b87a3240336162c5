import contextlib
import io
import unittest

import croquant
import fake_host
from _croquant import rich


class Table:
    def __repr__(self):
        return "Table"

    def _repr_html_(self):
        return "<table>"

    def _repr_png_(self):
        return b"\x89PNG", {"width": 3}


class Rich(unittest.TestCase):
    def setUp(self):
        fake_host.reset()

    def test_all_forms(self):
        data, metadata = rich.bundle(Table())
        self.assertEqual(data, {"text/plain": "Table", "text/html": "<table>", "image/png": "iVBORw=="})
        self.assertEqual(metadata, {"image/png": {"width": 3}})

    def test_only_some(self):
        self.assertEqual(rich.bundle(Table(), include=["text/html"])[0], {"text/html": "<table>"})
        self.assertNotIn("image/png", rich.bundle(Table(), exclude=["image/png"])[0])

    def test_classes_offer_text_alone(self):
        self.assertEqual(list(rich.bundle(Table)[0]), ["text/plain"])

    def test_a_class_that_answers_everything_offers_nothing(self):
        class Yes:
            def __getattr__(self, name):
                return lambda *a, **k: "yes"

        self.assertEqual(list(rich.bundle(Yes())[0]), ["text/plain"])

    def test_an_error_in_a_richer_form_is_shown_and_the_form_left_out(self):
        class Broken(Table):
            def _repr_html_(self):
                raise ValueError("no table")

        with contextlib.redirect_stderr(io.StringIO()) as said:
            data, _ = rich.bundle(Broken())
        self.assertNotIn("text/html", data)
        self.assertIn("ValueError: no table", said.getvalue())

    def test_a_result(self):
        rich.emit_result(Table(), 4)
        (kind, message), = fake_host.messages
        self.assertEqual((kind, message["execution_count"], message["data"]["text/html"]), (1, 4, "<table>"))


class Display(unittest.TestCase):
    def setUp(self):
        fake_host.reset()

    def test_display(self):
        croquant.display(croquant.HTML("<b>"), 5)
        self.assertEqual([kind for kind, _ in fake_host.messages], [2, 2])
        self.assertEqual(fake_host.messages[0][1]["data"]["text/html"], "<b>")

    def test_update(self):
        handle = croquant.display(1, display_id=True)
        handle.update(2)
        (_, first), (kind, second) = fake_host.messages
        self.assertEqual(kind, 6)
        self.assertEqual(first["transient"], second["transient"])
        self.assertEqual(second["data"], {"text/plain": "2"})

    def test_clear(self):
        croquant.clear_output(wait=True)
        self.assertEqual(fake_host.messages, [(5, {"wait": True})])

    def test_a_program_prints(self):
        fake_host.current_mode = 0
        with contextlib.redirect_stdout(io.StringIO()) as said:
            croquant.display([1], "a")
        self.assertEqual((said.getvalue(), fake_host.messages), ("[1]\n'a'\n", []))

    def test_an_image_knows_its_kind(self):
        self.assertEqual(croquant.Image(b"\x89PNG", width=9)._repr_mimebundle_(), ({"image/png": "iVBORw=="}, {"image/png": {"width": 9}}))
        with self.assertRaises(ValueError):
            croquant.Image(b"text")
