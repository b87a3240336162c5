"""Values beyond the codec's that cross as themselves: exact types of the standard library, checked strictly when they arrive."""

import array
import collections
import datetime
import decimal
import fractions
import pathlib
import uuid


# As they are now: a test may put something in their place.
DATE, DATETIME = datetime.date, datetime.datetime


class Malformed(ValueError):
    """The other side has sent what no honest one does."""


def check(value, *types):
    if type(value) not in types:
        raise Malformed(f"{type(value).__name__} where {' or '.join(wanted.__name__ for wanted in types)} was expected")
    return value


def ints(values, count):
    if len(values) != count:
        raise Malformed(f"{len(values)} numbers where {count} were expected")
    for value in values:
        check(value, int)
    return values


# Timezones: None, or the offset's (days, seconds, microseconds, name).
def zone_out(zone):
    if zone is None:
        return None
    if type(zone) is not datetime.timezone:
        return zone  # a handle, or refused
    offset = zone.utcoffset(None)
    return (offset.days, offset.seconds, offset.microseconds, zone.tzname(None))


def zone_in(zone):
    if zone is None:
        return None
    check(zone, tuple)
    offset = datetime.timedelta(*ints(zone[:3], 3))
    plain = datetime.timezone(offset)
    (name,) = zone[3:]
    return plain if plain.tzname(None) == check(name, str) else datetime.timezone(offset, name)


def fixed(value):
    """Whether a time has no zone, or one that is a fixed offset: others stay where they are."""
    return value.tzinfo is None or type(value.tzinfo) is datetime.timezone


def datetime_in(*fields):
    *numbers, fold, zone = fields
    return DATETIME(*ints(numbers, 7), zone_in(zone), fold=check(fold, int))


def time_in(*fields):
    *numbers, fold, zone = fields
    return datetime.time(*ints(numbers, 4), zone_in(zone), fold=check(fold, int))


def counter_in(items):
    counted = collections.Counter()
    dict.update(counted, check(items, dict))
    return counted


def array_in(code, data):
    if check(code, str) not in ARRAYS:
        raise Malformed("an array of no known type")
    made = array.array(code)
    made.frombytes(check(data, bytes))
    return made


def whole(value):
    return check(value, int, type(None))


ARRAYS = frozenset("bBuwhHiIlLqQfd")

# Each: how it is told, as a tuple; None when this one cannot be.
OUT = {
    decimal.Decimal: lambda v: ("Decimal", str(v)),
    fractions.Fraction: lambda v: ("Fraction", v.numerator, v.denominator),
    datetime.date: lambda v: ("date", v.year, v.month, v.day),
    datetime.timedelta: lambda v: ("timedelta", v.days, v.seconds, v.microseconds),
    datetime.datetime: lambda v: (
        ("datetime", v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond, v.fold, zone_out(v.tzinfo)) if fixed(v) else None
    ),
    datetime.time: lambda v: ("time", v.hour, v.minute, v.second, v.microsecond, v.fold, zone_out(v.tzinfo)) if fixed(v) else None,
    range: lambda v: ("range", v.start, v.stop, v.step),
    slice: lambda v: ("slice", v.start, v.stop, v.step),
    collections.deque: lambda v: ("deque", list(v), v.maxlen),
    collections.OrderedDict: lambda v: ("OrderedDict", dict(v)),
    collections.Counter: lambda v: ("Counter", dict(v)),
    collections.defaultdict: lambda v: ("defaultdict", dict(v)),
    uuid.UUID: lambda v: ("UUID", v.int),
    array.array: lambda v: ("array", v.typecode, v.tobytes()),
    memoryview: lambda v: ("memoryview", v.tobytes()),
    type(NotImplemented): lambda v: ("NotImplemented",),
    # A path means a place in the session that it is in: an object would let the other side read this one's files.
    pathlib.PosixPath: lambda v: ("Path", str(v)),
    pathlib.PurePosixPath: lambda v: ("PurePath", str(v)),
    type({}.keys()): lambda v: ("dict_keys", list(v)),
    type({}.values()): lambda v: ("dict_values", list(v)),
    type({}.items()): lambda v: ("dict_items", list(v)),
}

# Each: how it is made again from the rest of the tuple. What they raise is told as a malformed message.
IN = {
    "Decimal": lambda text: decimal.Decimal(check(text, str)),
    "Fraction": lambda *parts: fractions.Fraction(*ints(parts, 2)),
    "date": lambda *parts: DATE(*ints(parts, 3)),
    "timedelta": lambda *parts: datetime.timedelta(*ints(parts, 3)),
    "datetime": datetime_in,
    "time": time_in,
    "range": lambda *parts: range(*ints(parts, 3)),
    "slice": lambda start, stop, step: slice(start, stop, step),
    "deque": lambda items, limit: collections.deque(check(items, list), whole(limit)),
    "OrderedDict": lambda items: collections.OrderedDict(check(items, dict)),
    "Counter": counter_in,
    "defaultdict": lambda items: collections.defaultdict(None, check(items, dict)),
    "UUID": lambda number: uuid.UUID(int=check(number, int)),
    "array": array_in,
    "memoryview": lambda data: memoryview(check(data, bytes)),
    "NotImplemented": lambda: NotImplemented,
    "Path": lambda text: pathlib.PosixPath(check(text, str)),
    "PurePath": lambda text: pathlib.PurePosixPath(check(text, str)),
    "dict_keys": lambda items: dict.fromkeys(check(items, list)).keys(),
    "dict_values": lambda items: dict(enumerate(check(items, list))).values(),
    "dict_items": lambda items: dict(check(items, list)).items(),
}

MUTABLE = frozenset((list, dict, set, bytearray, collections.deque))


def merge(old, new):
    """Makes `old` what `new` is, in place: parts that are still of the same kind and size keep their identity."""
    if type(old) is list and len(old) == len(new):
        for index, item in enumerate(new):
            old[index] = merged(old[index], item)
    elif type(old) is dict and list(old) == list(new):
        for key, item in new.items():
            old[key] = merged(old[key], item)
    elif type(old) in (list, bytearray):
        old[:] = new
    else:
        old.clear()
        (old.extend if type(old) is collections.deque else old.update)(new)


def merged(old, new):
    if type(old) is type(new) and type(old) in MUTABLE:
        merge(old, new)
        return old
    return new
