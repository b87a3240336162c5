class Number:
    def __index__(self):
        return 0

    __int__ = __index__

    def __float__(self):
        return 0.0

    def __sub__(self, other):
        return 0

    __rsub__ = __sub__

    def __round__(self, places=None):
        return 0

    def __abs__(self):
        return 0

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __lt__


assert Number() - 5 == 0

def add(a, b):
    return a + b


def squares(numbers):
    return [number * number for number in numbers]


def describe(number):
    return {"number": number, "even": number % 2 == 0}


def is_even(number):
    return number % 2 == 0


def root(number):
    if number < 0:
        raise ValueError("no roots of negative numbers")
    return number**0.5
