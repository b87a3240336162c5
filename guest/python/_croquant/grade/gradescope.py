"""`gradescope_utils.autograder_utils.decorators`, as tests written for Gradescope import it: weights, numbers and visibility are marks here."""

import functools
import types

from . import api

VISIBLE = {"hidden": "hidden", "after_due_date": "after_due_date", "after_published": "hidden"}


def weight(points):
    """The test is worth so many points."""
    return api.Mark("points", (points,), {})


def visibility(kind):
    """`visible`, `hidden`, `after_due_date`, or `after_published`, which is hidden here."""
    return api.Mark(VISIBLE[kind], (), {}) if kind in VISIBLE else unchanged()


def unchanged(*values):
    """For what says how a test is listed there: its number, its tags, a leaderboard's column."""
    return lambda function: function


number = tags = hide_errors = unchanged


def partial_credit(points):
    """The test is worth so many points, and says how many of them are earned: it has an argument `set_score`."""

    def decorated(function):
        @functools.wraps(function)
        def test(self):
            earned = []
            function(self, set_score=earned.append)
            if earned:
                part = earned[-1] / points if points else 1
                if not 0 <= part <= 1:
                    raise ValueError(f"set_score({earned[-1]!r}): the test is worth {points} points")
                from .cases import Test

                Test.current.credits = float(part), ""

        del test.__wrapped__
        return weight(points)(test)

    return decorated


def modules():
    """The modules by their names."""
    parts = ("gradescope_utils", "gradescope_utils.autograder_utils", "gradescope_utils.autograder_utils.decorators")
    made = {name: types.ModuleType(name) for name in parts}
    made[parts[0]].__path__ = made[parts[1]].__path__ = []
    made[parts[0]].autograder_utils = made[parts[1]]
    made[parts[1]].decorators = made[parts[2]]
    names = {"weight": weight, "visibility": visibility, "number": number, "tags": tags, "hide_errors": hide_errors, "partial_credit": partial_credit}
    vars(made[parts[2]]).update(names)
    return made
