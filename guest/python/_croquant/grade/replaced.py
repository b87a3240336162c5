"""What a test replaces in the standard library, sets in the environment, or seeds holds for the submission too.

`patch("random.randint", return_value=4)`, `monkeypatch.setattr(time, "sleep", …)`, `monkeypatch.setenv(…)` and `random.seed(1)` change the test's own
session. What is different is told before the submission's next request: the other end puts a stand-in there, and takes it away again.
"""

import importlib
import os
import random
import sys
import types
from contextlib import suppress
from unittest import mock

from . import heard

NOTHING = object()
# Of these modules only so much: the rest is what both ends work with, or passed on in another way.
PARTS = {
    "builtins": frozenset("open exit quit eval exec sum".split()),
    "sys": frozenset("argv exit platform version version_info maxsize byteorder".split()),
    "os": frozenset(
        "access chmod cpu_count getcwd getenv getlogin getpid kill link listdir makedirs mkdir name path popen putenv remove removedirs "
        "rename replace rmdir scandir sep stat symlink system unlink urandom walk".split()
    ),
}
APART = frozenset("unittest importlib types functools inspect copy weakref gc contextlib traceback linecache ast _io _thread".split())

places = {}  # of what a test has replaced: (module, attribute) -> [what was there, what the submission was told]
seeds = []  # the arguments of `random.seed` that the submission has not heard
plain_enter, plain_seed = mock._patch.__enter__, random.seed


def watch(on):
    """Begins or ends noticing what is replaced."""
    places.clear()
    seeds.clear()
    heard.watch(on)
    mock._patch.__enter__ = enter if on else plain_enter
    random.seed = seed if on else plain_seed


def enter(self):
    with suppress(Exception):
        notice(self.getter(), self.attribute)
    return plain_enter(self)


def seed(a=None, version=2):
    """Initialize internal state from a seed."""
    plain_seed(a, version)
    if type(a) in {int, float, str, bytes, type(None)}:
        seeds[:] = [(a, version)]


def notice(target, name):
    """A test is about to replace an attribute of that object."""
    if type(target) is not types.ModuleType or type(name) is not str or sys.modules.get(target.__name__) is not target:
        return
    module = "os.path" if target is os.path else target.__name__
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names or top in APART or name.startswith("__") or name not in PARTS.get(module, (name,)):
        return
    there = getattr(target, name, NOTHING)
    places.setdefault((module, name), [there, there])


class Replaced:
    """What the submission knows of it."""

    def __init__(self):
        self.environment = dict(os.environ._data)

    def differs(self):
        return places or seeds or heard.differs() or os.environ._data != self.environment

    def tell(self, request):
        """Tells what is different now."""
        if os.environ._data != self.environment:
            old, new = self.environment, dict(os.environ._data)
            self.environment = new
            changed = {os.fsdecode(name): os.fsdecode(value) for name, value in new.items() if old.get(name) != value}
            request(("environment", changed, [os.fsdecode(name) for name in old if name not in new]))
        if heard.differs():
            heard.tell(request)
        while seeds:
            request(("seed", *seeds.pop()))
        for place, state in list(places.items()):
            before, told = state
            now = getattr(sys.modules[place[0]], place[1], NOTHING)
            state[1] = now
            if now is before or now is NOTHING:
                del places[place]
                if told is not before:
                    request(("replace", *place, ()))
            elif now is not told:
                with suppress(Exception):  # what cannot be passed on is the test's alone
                    request(("replace", *place, (now,)))


class Replacing:
    """The submission's side: what was there before."""

    def __init__(self):
        self.before = {}

    def replace(self, name, attribute, new):
        """Puts something in the place of an attribute, or, with an empty tuple, what was there."""
        module = importlib.import_module(name)
        before = self.before.setdefault((name, attribute), getattr(module, attribute, NOTHING))
        if new:
            setattr(module, attribute, *new)
        elif self.before.pop((name, attribute)) is not NOTHING:
            setattr(module, attribute, before)
        else:
            delattr(module, attribute)


def set_environment(changed, gone):
    os.environ.update(changed)
    for name in gone:
        os.environ.pop(name, None)
