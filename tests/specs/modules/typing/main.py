from typing import NamedTuple, TypedDict, Protocol, Generic, Literal, get_type_hints, Annotated
class P(NamedTuple):
    x: int = 0
def f[T: int](x: T, y: Literal["a"] = "a") -> list[T]: return [x]
type Alias[K] = dict[K, int]
print(P(3), get_type_hints(P), f.__type_params__, Alias, Annotated[int, "x"], int | None)
