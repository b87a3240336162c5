"""`_croquant_wire` as tests have it: the codec of `guest/shim/wire.c` in Python, with the same bytes and the same refusals."""

import struct

DEPTH = 200
MESSAGE_BYTES = 16 << 20
SINGLE = {None: b"N", True: b"T", False: b"F", ...: b"E"}
CONTAINERS = {list: b"l", tuple: b"t", set: b"S", frozenset: b"Z"}
TEXTS = {str: b"s", bytes: b"b", bytearray: b"B"}


def dumps(value, export):
    out = bytearray()
    write(out, value, export, 0)
    return bytes(out)


def put(out, *parts):
    for part in parts:
        out += part
    if len(out) > MESSAGE_BYTES:
        raise ValueError("the value is too large to cross: more than 16 MiB")


def count(number):
    return number.to_bytes(4, "little")


def write(out, value, export, depth):
    depth += 1
    if depth > DEPTH:
        raise ValueError("the value nests too deeply to cross, or contains itself")
    cls = type(value)
    if cls is int:
        if -(1 << 63) <= value < 1 << 63:
            put(out, b"i", struct.pack("<q", value))
        else:
            data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
            put(out, b"I", count(len(data)), data)
    elif value is None or value is True or value is False or value is ...:
        put(out, SINGLE[value])
    elif cls in TEXTS:
        data = value.encode("utf-8", "surrogatepass") if cls is str else value
        put(out, TEXTS[cls], count(len(data)), data)
    elif cls is float:
        put(out, b"d", struct.pack("<d", value))
    elif cls is complex:
        put(out, b"c", struct.pack("<dd", value.real, value.imag))
    elif cls in CONTAINERS:
        put(out, CONTAINERS[cls], count(len(value)))
        for item in value:
            write(out, item, export, depth)
    elif cls is dict:
        put(out, b"m", count(len(value)))
        for key, item in value.items():
            write(out, key, export, depth)
            write(out, item, export, depth)
    else:
        told = export(value)
        if type(told) is not tuple:
            raise TypeError("`export` must return a tuple")
        put(out, b"X")
        write(out, told, export, depth)


def loads(data, resolve, start=0):
    reader = Reader(data, resolve, start)
    value = reader.read(0)
    if reader.at != len(data):
        raise malformed()
    return value


def malformed():
    return ValueError("the message is malformed")


class Reader:
    def __init__(self, data, resolve, start):
        self.data, self.resolve, self.at = data, resolve, start

    def take(self, size):
        if size > len(self.data) - self.at:
            raise malformed()
        self.at += size
        return self.data[self.at - size : self.at]

    def count(self):
        number = int.from_bytes(self.take(4), "little")
        if number > len(self.data) - self.at:
            raise malformed()
        return number

    def read(self, depth):
        tag = self.take(1)
        depth += 1
        if depth > DEPTH:
            raise malformed()
        for value, single in SINGLE.items():
            if tag == single:
                return value
        if tag == b"i":
            return struct.unpack("<q", self.take(8))[0]
        if tag == b"d":
            return struct.unpack("<d", self.take(8))[0]
        if tag == b"c":
            return complex(*struct.unpack("<dd", self.take(16)))
        if tag in b"sbBI":
            data = self.take(self.count())
            if tag == b"I":
                return int.from_bytes(data, "little", signed=True)
            return {b"s": lambda d: d.decode("utf-8", "surrogatepass"), b"b": bytes, b"B": bytearray}[tag](data)
        if tag in b"ltSZ":
            size = self.count()
            items = [self.read(depth) for _ in range(size)]
            return {b"l": list, b"t": tuple, b"S": set, b"Z": frozenset}[tag](items)
        if tag == b"m":
            return dict([(self.read(depth), self.read(depth)) for _ in range(self.count())])
        if tag == b"X":
            told = self.read(depth)
            if type(told) is not tuple:
                raise malformed()
            return self.resolve(told)
        raise malformed()
