from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering


@total_ordering
class Money:
    __slots__ = ("cents",)

    def __init__(self, cents):
        self.cents = cents

    def __eq__(self, other):
        return self.cents == other.cents if isinstance(other, Money) else NotImplemented

    def __lt__(self, other):
        return self.cents < other.cents if isinstance(other, Money) else NotImplemented

    def __hash__(self):
        return hash(self.cents)

    def __sub__(self, other):
        return Money(self.cents - other.cents)

    def __neg__(self):
        return Money(-self.cents)

    def __mul__(self, times):
        return Money(self.cents * times)

    __rmul__ = __mul__

    def __int__(self):
        return self.cents

    def __str__(self):
        return f"{self.cents / 100:.2f} €"

    def __format__(self, spec):
        return format(str(self), spec)


class Dock:
    def __init__(self):
        self._queue = []

    def __iadd__(self, ship):
        self._queue.append(ship)
        return self

    def __setitem__(self, place, ship):
        self._queue[place] = ship

    def __delitem__(self, place):
        del self._queue[place]

    def __call__(self):
        return tuple(self._queue)

    def __reversed__(self):
        return reversed(self._queue)


class FreeDock(Dock):
    """A dock of another kind."""

    def price(self, days):
        return Money(0) * days


def due(day, days):
    return day + timedelta(days=days)


def share(total, parts):
    return Decimal(total) / parts, Fraction(1, parts), date(2024, 2, 29)
