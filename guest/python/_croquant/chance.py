"""Whether the program has seeded `random` itself. A fork of a session draws other numbers than the session that it comes from, unless the
program has chosen which."""

import functools
import random

import _croquant_host as host

seeded = False


class Shared(random.Random):
    """The class of the generator behind `random.random()` and its like, which notes who seeds it."""

    __slots__ = ()

    @functools.wraps(random.Random.seed)
    def seed(self, a=None, version=2):
        global seeded
        seeded = a is not None
        super().seed(a, version)

    @functools.wraps(random.Random.setstate)
    def setstate(self, state):
        global seeded
        super().setstate(state)
        seeded = True


def install():
    Shared.__name__, Shared.__qualname__, Shared.__module__ = "Random", "Random", "random"
    generator = random._inst
    generator.__class__ = Shared
    random.seed, random.setstate = generator.seed, generator.setstate


def reseed(_request):
    """New numbers for a fork, as `os.fork` gives them to a child; a seed of the program's own stays."""
    if not seeded:
        host.reseed()
        random._inst.gauss_next = None
    return {"status": "ok"}
