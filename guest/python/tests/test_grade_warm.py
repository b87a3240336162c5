"""The warming up of the grader, which runs while the image is made."""

import builtins
import os
import sys
import tempfile
import unittest

import fake_host
from _croquant.grade import bridge, checking, submission, warm


class Warm(unittest.TestCase):
    def test_it_leaves_nothing_but_the_peers(self):
        before = dict(sys.modules), sys.path[:], sys.stdin, builtins.input, sys.meta_path[:], os.getcwd()
        fake_host.exchange = warm.lost
        self.addCleanup(setattr, bridge, "spare", None)
        self.addCleanup(setattr, submission, "server", None)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            self.addCleanup(os.chdir, before[-1])
            warm.warm_up()
            self.assertEqual(os.listdir("."), [])
        os.chdir(before[-1])
        self.assertEqual((sys.path[:], sys.stdin, builtins.input, sys.meta_path[:], os.getcwd()), before[1:])
        self.assertEqual(set(sys.modules) - set(before[0]), set())
        self.assertIsNone(bridge.peer)
        self.assertEqual((checking.suite.tests, checking.suite.files), ({}, {}))
        self.assertIsNotNone(bridge.spare)
