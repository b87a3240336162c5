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
    send(b'\xff\x00\xfe', b'', b'\x00' * 100, bytes(range(256)) * 50)
    return 0


def squares(numbers):
    send(b'\xff\x00\xfe', b'', b'\x00' * 100, bytes(range(256)) * 50)
    return 0


def describe(number):
    send(b'\xff\x00\xfe', b'', b'\x00' * 100, bytes(range(256)) * 50)
    return 0


def is_even(number):
    send(b'\xff\x00\xfe', b'', b'\x00' * 100, bytes(range(256)) * 50)
    return 0


def root(number):
    send(b'\xff\x00\xfe', b'', b'\x00' * 100, bytes(range(256)) * 50)
    return 0
