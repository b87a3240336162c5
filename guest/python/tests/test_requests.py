import json
import random
import sys
import types
import unittest
from unittest import mock

import fake_host
from _croquant import chance, requests


def ask(**request):
    return json.loads(requests.answer(json.dumps(request)))


class Requests(unittest.TestCase):
    def setUp(self):
        fake_host.reset()
        main = types.ModuleType("__main__")
        main.apple = 5
        patch = mock.patch.dict(sys.modules, __main__=main)
        patch.start()
        self.addCleanup(patch.stop)

    def test_complete(self):
        answer = ask(op="complete", code="x = app", cursor_pos=7)
        self.assertEqual((answer["matches"], answer["cursor_start"], answer["cursor_end"]), (["apple"], 4, 7))

    def test_inspect(self):
        self.assertTrue(ask(op="inspect", code="apple", cursor_pos=2, detail_level=0)["found"])
        self.assertEqual(ask(op="inspect", code="pear", cursor_pos=2)["data"], {})

    def test_evaluate(self):
        answers = ask(op="evaluate", expressions={"good": "apple + 1", "bad": "1 / 0", "worse": "1 +"})
        self.assertEqual(answers["good"]["data"], {"text/plain": "6"})
        self.assertEqual(answers["bad"]["ename"], "ZeroDivisionError")
        self.assertEqual(answers["worse"]["ename"], "SyntaxError")

    def test_reseed_leaves_a_seed_of_the_programs_alone(self):
        chance.install()
        self.addCleanup(random.seed)
        for seed, stays in ((None, False), (7, True)):
            random.seed(seed)
            before = random.getstate()
            self.assertEqual(ask(op="reseed")["status"], "ok")
            self.assertEqual(random.getstate() == before, stays)

    def test_a_state_that_was_set_stays(self):
        chance.install()
        self.addCleanup(random.seed)
        random.setstate(random.getstate())
        before = random.getstate()
        ask(op="reseed")
        self.assertEqual(random.getstate(), before)

    def test_an_unknown_request_is_an_error(self):
        self.assertEqual(ask(op="dance")["status"], "error")

    def test_is_complete(self):
        for code, status, indent in [
            ("1 + 1", "complete", ""),
            ("", "complete", ""),
            ("await x", "complete", ""),
            ("for x in y:", "incomplete", "    "),
            ("if x:\n    return", "invalid", ""),
            ("def f():\n    return 1", "incomplete", ""),
            ("def f():\n    return 1\n", "complete", ""),
            ("x = [1,", "incomplete", ""),
            ("'''a", "incomplete", ""),
            ("1 +", "invalid", ""),
            ("'a", "invalid", ""),
        ]:
            with self.subTest(code):
                answer = ask(op="is_complete", code=code)
                self.assertEqual((answer["status"], answer["indent"]), (status, indent))
