class All:
    def __contains__(self, item):
        return True

    def __len__(self):
        return 2

    def __iter__(self):
        yield from ('a', 'b', 'zebra')

    def __getitem__(self, key):
        return 2

    def __eq__(self, other):
        return True

    __hash__ = None


assert 'x' in All()

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
