import math, cmath, fractions, statistics, random, numbers
print(math.factorial(30), math.gcd(12, 18), math.isqrt(10**20), math.comb(5, 2), math.sin(1), math.fsum([.1] * 10))
print(fractions.Fraction(1, 3) + fractions.Fraction("0.5"), statistics.stdev([1, 2, 3, 4]), statistics.quantiles([1, 2, 3, 4]))
print(2 ** 200, -7 // 2, -7 % 3, divmod(7, -2), round(2.5), 0.1 + 0.2, 1e308 * 10, float("nan"), int("ff", 16), pow(3, -1, 7))
print(cmath.sqrt(-1), complex("1+2j") * 1j, abs(3 + 4j), hash(10 ** 30) == hash(10 ** 30), sum([0.1] * 10))
random.seed(42); print(random.random(), random.sample(range(100), 5), random.gauss(0, 1), random.choice("abc"))
print((123456789 ** 50) % 1000000007, len(str(3 ** 5000)))
