import sys


def deep(number):
    return deep(number + 1)


def nested():
    value = []
    for _ in range(100000):
        value = [value]
    return repr(value)

def add(a, b):
    try:
        deep(0)
    except RecursionError:
        pass
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
