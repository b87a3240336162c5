"""Tests the guest's Python natively, against a host that these files play: `python3.13 guest/python/tests/run.py`.

Ends with 1 when a test fails, or when there are none.
"""

import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
MINOR = (3, 13)

if sys.version_info[:2] != MINOR:
    sys.exit(f"the guest's Python is {MINOR[0]}.{MINOR[1]}, and this is {sys.version_info.major}.{sys.version_info.minor}")
sys.path[:0] = [str(HERE), str(HERE.parent)]
sys.dont_write_bytecode = True

import fake_host  # noqa: E402 (the path above has it)
import fake_wire  # noqa: E402

sys.modules["_croquant_host"] = fake_host
sys.modules["_croquant_wire"] = fake_wire
suite = unittest.defaultTestLoader.discover(str(HERE))
if suite.countTestCases() == 0:
    sys.exit("no test was found")
# In the guest, temporary files end with the session.
with tempfile.TemporaryDirectory() as tempfile.tempdir:
    result = unittest.TextTestRunner(verbosity=1).run(suite)
sys.exit(not result.wasSuccessful())
