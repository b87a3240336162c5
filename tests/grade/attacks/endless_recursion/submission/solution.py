import sys


def deep(number):
    return deep(number + 1)


def nested():
    value = []
    for _ in range(100000):
        value = [value]
    return repr(value)

def add(a, b):
    sys.setrecursionlimit(10**9)
    nested()
    deep(0)


def squares(numbers):
    sys.setrecursionlimit(10**9)
    nested()
    deep(0)


def describe(number):
    sys.setrecursionlimit(10**9)
    nested()
    deep(0)


def is_even(number):
    sys.setrecursionlimit(10**9)
    nested()
    deep(0)


def root(number):
    sys.setrecursionlimit(10**9)
    nested()
    deep(0)
