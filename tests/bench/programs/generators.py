"""Generators and exceptions: pipelines, delegation, raise and catch, context managers."""

import contextlib
import sys


def count(limit):
    for number in range(limit):
        yield number


def only_odd(numbers):
    return (number for number in numbers if number & 1)


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def averager():
    total = seen = 0
    value = 0
    while True:
        value = yield total // (seen or 1)
        total += value
        seen += 1


def risky(number):
    if number % 3 == 0:
        raise ValueError(number)
    if number % 7 == 0:
        raise KeyError(number)
    return number


@contextlib.contextmanager
def quiet(log):
    try:
        yield log
    except LookupError as error:
        log.append(error.args[0])


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
total = 0
for _ in range(rounds):
    total += sum(number * 3 for number in only_odd(count(150000)))
    total += sum(tree(12))
    average = averager()
    next(average)
    for number in range(60000):
        total += average.send(number)
    for number in range(60000):
        try:
            total += risky(number)
        except ValueError as error:
            total += error.args[0]
        except KeyError:
            total -= 1
    log = []
    for number in range(15000):
        with quiet(log):
            total += [1, 2, 3][number % 4]
    total += len(log) if not log or isinstance(log[0], str) else sum(log)
print(total)
