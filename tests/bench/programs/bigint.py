"""Big integers: powers, division, decimal digits, a spigot for pi."""

import sys


def pi_digits(count):
    q, r, t, k, m, x = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < count:
        if 4 * q + r - t < m * t:
            digits.append(m)
            q, r, m = 10 * q, 10 * (r - m * t), (10 * (3 * q + r)) // t - 10 * m
        else:
            q, r, t, k, m, x = q * k, (2 * q + r) * x, t * x, k + 1, (q * (7 * k + 2) + r * x) // (t * x), x + 2
    return digits


def collatz(start):
    steps = 0
    while start != 1:
        start = start // 2 if start % 2 == 0 else 3 * start + 1
        steps += 1
    return steps


# The conversion limit guards against untrusted text; this text is ours.
sys.set_int_max_str_digits(0)

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
total = 0
for turn in range(rounds * 4):
    total += sum(pi_digits(700))
    product = 1
    for factor in range(2, 1600):
        product *= factor
    total += sum(map(int, str(product)))
    total += pow(3, 10**200 + turn, 2**1279 - 1) % 1000003
    total += collatz(2**600 + turn) + (7**3000 // 3**1500) % 1000003
    total += int(str(5**2500)[::-1]) % 1000003
print(total)
