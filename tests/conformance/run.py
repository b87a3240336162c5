"""Runs one module of CPython's own test suite and records each test's result.

Usage: run.py SUITE RESULTS MODULE
  SUITE    the folder that holds CPython's `test` package
  RESULTS  the file that gets one JSON object a line, written as each test starts and ends, so that what was
           running when the interpreter died is known
  MODULE   `test_json`, or one file of a package: `test_asyncio.test_tasks`
"""

import gc
import importlib
import json
import os
import random
import sys
import traceback
import unittest
import warnings

SUITE, RESULTS, MODULE = sys.argv[1:]
# After the standard library, so that the tests meet the one that ships.
sys.path.append(SUITE)
sys.path = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]


class Recorder(unittest.TestResult):
    """Writes results out at once; a failed subtest fails its test."""

    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.outcome = None

    def record(self, **event):
        self.stream.write(json.dumps(event).encode() + b"\n")
        self.stream.flush()

    def startTest(self, test):
        super().startTest(test)
        self.outcome = ("pass", "")
        self.record(start=name_of(test))

    def stopTest(self, test):
        super().stopTest(test)
        if self.outcome is not None:
            self.settle(test, *self.outcome)
            self.outcome = None

    def settle(self, test, result, detail):
        self.record(test=name_of(test), result=result, detail=detail)

    def set(self, test, result, detail=""):
        """Outside a test (`setUpClass`, a class that is skipped) there is no `stopTest` to wait for."""
        if self.outcome is None:
            self.settle(test, result, detail)
        elif self.outcome[0] != "fail":
            self.outcome = (result, detail)

    def fault(self, test, error):
        self.set(test, "fail", "".join(traceback.format_exception(*error))[-4000:])

    def addError(self, test, err):
        self.fault(test, err)

    def addFailure(self, test, err):
        self.fault(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.fault(test, (err[0], err[1], err[2]))

    def addSkip(self, test, reason):
        self.set(test, "skip", reason)

    def addExpectedFailure(self, test, err):
        self.set(test, "pass")

    def addUnexpectedSuccess(self, test):
        self.set(test, "fail", "unexpected success")


def name_of(test):
    """`test_json.test_decode.TestPyDecode.test_empty`; subtests go by their test's name."""
    case = test.test_case if isinstance(test, unittest.case._SubTest) else test
    return case.id().removeprefix("test.")


def load(module):
    """Loads the tests as regrtest does; a whole module may ask to be skipped."""
    from test import support

    # Modules turn themselves off where there are no sockets, although most of their tests need none: let them in, and leave out
    # the classes that ask for sockets themselves.
    ask = support.requires_working_socket
    support.requires_working_socket = lambda *, module=False: None if module else ask()
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromModule(importlib.import_module("test." + module))
    if loader.errors:
        raise ImportError("\n".join(loader.errors))
    return tests


def prepare():
    """What regrtest sets up before a module."""
    from test import support

    os.makedirs("/tmp/work", exist_ok=True)
    os.chdir("/tmp/work")
    warnings.simplefilter("default")
    sys.stdout.reconfigure(errors="backslashreplace")
    support.record_original_stdout(sys.stdout)
    support.use_resources = []
    random.seed(0)


def main():
    with open(RESULTS, "wb") as stream:
        result = Recorder(stream)
        prepare()
        try:
            tests = load(MODULE)
        except unittest.SkipTest as skip:
            result.record(test=MODULE, result="skip", detail=str(skip))
        except BaseException:
            result.record(test=MODULE, result="fail", detail=traceback.format_exc()[-4000:])
        else:
            tests(result)
            gc.collect()
        result.record(done=result.testsRun)


if __name__ == "__main__":
    main()
