import sys

def add(a, b):
    print('input:', (a, b,))
    print('input:', (a, b,), file=sys.stderr)
    sys.__stdout__.write(repr((a, b,)))
    return 0


def squares(numbers):
    print('input:', (numbers,))
    print('input:', (numbers,), file=sys.stderr)
    sys.__stdout__.write(repr((numbers,)))
    return 0


def describe(number):
    print('input:', (number,))
    print('input:', (number,), file=sys.stderr)
    sys.__stdout__.write(repr((number,)))
    return 0


def is_even(number):
    print('input:', (number,))
    print('input:', (number,), file=sys.stderr)
    sys.__stdout__.write(repr((number,)))
    return 0


def root(number):
    print('input:', (number,))
    print('input:', (number,), file=sys.stderr)
    sys.__stdout__.write(repr((number,)))
    return 0
