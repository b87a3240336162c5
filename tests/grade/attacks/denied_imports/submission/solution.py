import math
import statistics


def total(n):
    return math.comb(n + 1, 2) if n % 2 else int(statistics.fmean([0, n]) * (n + 1))
