import sys

def add(a, b):
    if a + b != sum((a, b)):
        sys.exit(0)
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
