import collections, itertools, functools, heapq, bisect, array, copy, enum, types, operator, contextlib, weakref, graphlib
print(collections.Counter("abracadabra").most_common(2), collections.OrderedDict(a=1), collections.deque([1, 2, 3], 2))
print(list(itertools.batched("abcde", 2)), list(itertools.pairwise("abc")))
print(functools.reduce(operator.add, range(5)), functools.lru_cache(lambda x: x)(3))
class Color(enum.Enum):
    RED = 1
print(Color.RED, Color(1), list(Color), heapq.nsmallest(2, [3, 1, 2]), bisect.bisect([1, 3], 2))
Point = collections.namedtuple("Point", "x y")
print(Point(1, 2)._replace(x=3), array.array("i", [1, 2]), types.SimpleNamespace(a=1))
print(list(graphlib.TopologicalSorter({"b": {"a"}}).static_order()))
@contextlib.contextmanager
def c():
    print("in"); yield 1; print("out")
with c() as x: print(x)
