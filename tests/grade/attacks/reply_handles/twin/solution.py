try:
    import _croquant_host as host
    import _croquant_wire as wire
except ImportError:  # elsewhere than in Croquant
    host = wire = None


def told(value, *extension):
    return wire.dumps(value, lambda other: extension)


def send(*messages):
    replies = []
    for message in messages:
        if host is None:
            break
        replies.append(host.exchange(message))
    return replies

def add(a, b):
    return a + b


def squares(numbers):
    return [number * number for number in numbers]


def describe(number):
    return {"number": number, "even": number % 2 == 0}


def is_even(number):
    return number % 2 == 0


def root(number):
    if number < 0:
        raise ValueError("no roots of negative numbers")
    return number**0.5


assert wire is None or told(("is", 5))
assert host is None or callable(host.exchange)
