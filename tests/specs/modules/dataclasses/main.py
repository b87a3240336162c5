from dataclasses import dataclass, field, asdict, replace, FrozenInstanceError
@dataclass(order=True, slots=True)
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list, compare=False)
@dataclass(frozen=True)
class Fixed:
    a: int
p = Point(1, 2)
print(p, asdict(p), replace(p, x=5), Point(1) < Point(2), Point(1, tags=["a"]) == Point(1))
try:
    Fixed(1).a = 2
except FrozenInstanceError as error:
    print(error)
