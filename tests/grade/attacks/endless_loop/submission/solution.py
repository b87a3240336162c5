def add(a, b):
    while True:
        pass


def squares(numbers):
    while True:
        pass


def describe(number):
    while True:
        pass


def is_even(number):
    while True:
        pass


def root(number):
    while True:
        pass
