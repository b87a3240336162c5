"""For authors of graded tests: what `unittest` and `pytest` have no word for.

    from croquant import grade

    @grade.points(3)
    def test_speed():
        result = grade.run_script("solution.py", stdin="3 4")
        assert result.stdout == "7\\n"
        grade.credit(0.5, "the output is right, and there is no docstring")
"""

from _croquant.grade import api as _api
from _croquant.grade.bridge import files, open_file, read_bytes, read_text, run_script, write_file
from _croquant.grade.cases import Test as _Test

__all__ = ["after_due_date", "credit", "files", "hidden", "open_file", "points", "read_bytes", "read_text", "run_script", "task", "write_file"]

hidden = _api.mark.hidden
after_due_date = _api.mark.after_due_date


def points(number):
    """A test with this decorator is worth so many points; what the assignment's file says wins."""
    return _api.Mark("points", (number,), {})


def task(number):
    """A test with this decorator belongs to the task of that number, from 1."""
    return _api.Mark("task", (), {"taskno": number})


def credit(fraction, why=""):
    """The test that runs is worth this part of its points, from 0 to 1, if it comes to its end."""
    if not 0 <= fraction <= 1:
        raise ValueError(f"a part of a test's points lies between 0 and 1: {fraction!r}")
    if _Test.current is None:
        raise RuntimeError("credit is given by a test that runs")
    _Test.current.credits = float(fraction), str(why)
