match {"kind": "point", "xy": [1, 2]}:
    case {"kind": "point", "xy": [x, *rest]}:
        print(x, rest)
def gen():
    received = yield 1
    print("got", received)
    yield from [2, 3]
g = gen(); print(next(g), g.send("s"), list(g))
try:
    raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
except* ValueError as group:
    print("values", group.exceptions)
except* KeyError as group:
    print("keys", group.exceptions)
print([*range(3)], {**{"a": 1}}, (lambda *a, k=1, **kw: (a, k, kw))(1, k=2, z=3))
class Meta(type):
    def __new__(cls, name, bases, ns, **kw): print("making", name, kw); return super().__new__(cls, name, bases, ns)
class A(metaclass=Meta, flag=True): pass
print(f"{(n := 5)} {n!r:>3} {'a' 'b'}", 1 if n else 2, not n, 1 < n < 10)
async def agen():
    for i in range(2): yield i
import asyncio
async def main(): print([i async for i in agen()])
asyncio.run(main())
