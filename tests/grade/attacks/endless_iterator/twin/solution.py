import itertools


class Endless:
    def __iter__(self):
        return itertools.repeat('x')

    def __len__(self):
        return 3

    def __contains__(self, item):
        while True:
            pass

def count(text):
    found = {}
    for word in text.split():
        found[word] = found.get(word, 0) + 1
    return found


def longest(words):
    if not words:
        raise ValueError("no words")
    return max(words, key=len)


def ratio(one, other):
    return len(one) / len(other)


def lines(text):
    yield from text.split("\n")


def greet(name):
    print(f"Hello, {name}!")
