import random
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

Point = namedtuple("Point", "x y")


def waggle(points):
    return Point(sum(p[0] for p in points), sum(p[1] for p in points))


def tally(words):
    return Counter(words)


def groups(words):
    found = defaultdict(list)
    for word in words:
        found[len(word)].append(word)
    return found


def recent(items, n):
    return deque(items, maxlen=n)


def ordered(pairs):
    return OrderedDict(pairs)


def roll(seed):
    return random.Random(seed).randint(1, 6)


def frozen(items):
    return frozenset(items)


def steps(stop):
    return range(0, stop, 2)
