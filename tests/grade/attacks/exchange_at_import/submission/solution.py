try:
    import _croquant_host as host
except ImportError:  # elsewhere than in Croquant
    host = None

if host is not None:
    host.exchange(b"")


def add(a, b):
    return 0


def squares(numbers):
    return 0


def describe(number):
    return 0


def is_even(number):
    return 0


def root(number):
    return 0
