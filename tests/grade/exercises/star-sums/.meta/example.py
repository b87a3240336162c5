import cmath
import math


def hailstone(n):
    if n < 1:
        raise ValueError("only positive numbers fall")
    return [1] if n == 1 else [n, *hailstone(n // 2 if n % 2 == 0 else 3 * n + 1)]


def power_digits(base, exponent):
    return sum(map(int, str(base**exponent)))


def mean(values):
    return math.fsum(values) / len(values)


def roots(a, b, c):
    d = cmath.sqrt(b * b - 4 * a * c)
    return {(-b + d) / (2 * a), (-b - d) / (2 * a)}
