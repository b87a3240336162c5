import mathematics
from sums import notes


def total(n):
    return notes.first + mathematics.triangle(n)
