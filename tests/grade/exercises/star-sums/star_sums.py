def hailstone(n):
    pass


def power_digits(base, exponent):
    pass


def mean(values):
    pass


def roots(a, b, c):
    pass
