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
    send(b'l' * (1 << 24), b'[' * 100000, told(('is', 'x' * (15 << 20))), told(('is', 1 << (1 << 24))))
    return 0


def squares(numbers):
    send(b'l' * (1 << 24), b'[' * 100000, told(('is', 'x' * (15 << 20))), told(('is', 1 << (1 << 24))))
    return 0


def describe(number):
    send(b'l' * (1 << 24), b'[' * 100000, told(('is', 'x' * (15 << 20))), told(('is', 1 << (1 << 24))))
    return 0


def is_even(number):
    send(b'l' * (1 << 24), b'[' * 100000, told(('is', 'x' * (15 << 20))), told(('is', 1 << (1 << 24))))
    return 0


def root(number):
    send(b'l' * (1 << 24), b'[' * 100000, told(('is', 'x' * (15 << 20))), told(('is', 1 << (1 << 24))))
    return 0
