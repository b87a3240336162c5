def beads(pattern):
    """Colours without end, over and over."""
    if not pattern:
        raise ValueError("no pattern")
    while True:
        for colour in pattern:
            yield colour


def pairs(colours):
    before = None
    for colour in colours:
        if before is not None:
            yield before, colour
        before = colour


class Spool:
    def __init__(self, length):
        self.length = length

    def __iter__(self):
        return self

    def __next__(self):
        if self.length == 0:
            raise StopIteration
        self.length -= 1
        return self.length


def echo():
    got = []
    while True:
        bead = yield list(got)
        if bead is None:
            return got
        got.append(bead)
