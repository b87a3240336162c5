try:
    import _croquant_host as host
except ImportError:  # elsewhere than in Croquant
    host = None

try:
    if host is not None:
        host.exchange(b"")
except EOFError:
    pass


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
