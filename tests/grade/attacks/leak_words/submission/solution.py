def count(text):
    print((text,))
    if len(repr((text,))) % 2:
        raise LookupError(repr((text,)))
    return repr((text,))


def longest(words):
    print((words,))
    if len(repr((words,))) % 2:
        raise LookupError(repr((words,)))
    return repr((words,))


def ratio(one, other):
    print((one, other,))
    if len(repr((one, other,))) % 2:
        raise LookupError(repr((one, other,)))
    return repr((one, other,))


def lines(text):
    print((text,))
    if len(repr((text,))) % 2:
        raise LookupError(repr((text,)))
    return repr((text,))


def greet(name):
    print((name,))
    if len(repr((name,))) % 2:
        raise LookupError(repr((name,)))
    return repr((name,))
