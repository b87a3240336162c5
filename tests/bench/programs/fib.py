"""Calls and small integers: the doubly recursive Fibonacci number."""

import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
print(sum(fib(30) for _ in range(rounds)))
