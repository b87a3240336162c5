"""What may be named across: closed lists, the same on both sides. A name that is not here is never looked up for the other side."""

import builtins
import dataclasses
import importlib
import sys

# Special methods that an operator, a statement or a builtin function uses. A stand-in has those that the object itself has.
COMPARISONS = frozenset("__lt__ __le__ __gt__ __ge__".split())
BINARY = frozenset(
    f"__{form}{name}__"
    for form in ("", "r")
    for name in "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor".split()
)
INPLACE = frozenset(
    f"__i{name}__" for name in "add sub mul matmul truediv floordiv mod pow lshift rshift and or xor".split()
)
UNARY = frozenset(
    "__neg__ __pos__ __abs__ __invert__ __int__ __float__ __complex__ __index__ __round__ __trunc__ __floor__ __ceil__ __bool__ "
    "__len__ __length_hint__ __iter__ __next__ __reversed__ __bytes__ __fspath__ __enter__ __await__ __aiter__ __anext__ "
    "__aenter__".split()
)
OTHERS = frozenset(
    "__call__ __contains__ __getitem__ __setitem__ __delitem__ __exit__ __aexit__ __eq__ __ne__ __hash__ __missing__".split()
)
TEXT = frozenset("__str__ __repr__ __format__".split())
SPECIAL = COMPARISONS | BINARY | INPLACE | UNARY | OTHERS | TEXT

# Operators that are asked with care: `trust.py`. Methods too: what they say of data counts, where the object is a lie.
CAREFUL = BINARY | INPLACE
PREDICATES = frozenset("startswith endswith issubset issuperset isdisjoint difference symmetric_difference intersection union".split())
DECIDING = PREDICATES | frozenset("count find rfind index rindex".split())

# Exceptions that would end the checker, or what it runs, instead of the one call: their like is made for the submission's.
CONTROL = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "CancelledError")

# The standard library's exceptions that are the same on both sides. Nothing of a test framework's is among them.
EXCEPTIONS = {
    "argparse": "ArgumentError ArgumentTypeError",
    "asyncio.exceptions": "InvalidStateError IncompleteReadError LimitOverrunError",
    "binascii": "Error Incomplete",
    "calendar": "IllegalMonthError IllegalWeekdayError",
    "configparser": "Error NoSectionError DuplicateSectionError DuplicateOptionError NoOptionError ParsingError MissingSectionHeaderError",
    "copy": "Error",
    "_csv": "Error",
    "dataclasses": "FrozenInstanceError",
    "decimal": "DecimalException InvalidOperation DivisionByZero Overflow Underflow Inexact Rounded Subnormal Clamped FloatOperation",
    "graphlib": "CycleError",
    "json.decoder": "JSONDecodeError",
    "_queue": "Empty",
    "queue": "Full",
    "re": "PatternError",
    "shutil": "Error SameFileError",
    "statistics": "StatisticsError",
    "struct": "error",
    "xml.etree.ElementTree": "ParseError",
    "zipfile": "BadZipFile LargeZipFile",
    "zlib": "error",
    "zoneinfo._common": "ZoneInfoNotFoundError",
}
EXCEPTIONS = {module: frozenset(names.split()) for module, names in EXCEPTIONS.items()}
EXCEPTIONS["builtins"] = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and value.__name__ == name
) - set(CONTROL)

# Types that are the same on both sides.
TYPES = {
    cls.__name__: cls
    for cls in (
        bool, bytearray, bytes, complex, dict, float, frozenset, int, list, memoryview, object, range, set, slice, str, tuple, type,
        type(None), type(...), type(NotImplemented), enumerate, filter, map, reversed, zip,
    )
}  # fmt: skip

TYPE_NAMES = {id(cls): name for name, cls in TYPES.items()}

# Objects of the standard library's that are known by their identity.
SHARED = {
    f"dataclasses.{name}": getattr(dataclasses, name) for name in ("MISSING", "KW_ONLY", "_FIELD", "_FIELD_CLASSVAR", "_FIELD_INITVAR")
}
SHARED_NAMES = {id(value): name for name, value in SHARED.items()}

# Functions of the checker's that the submission uses its own of: `solution.apply(len)` needs no way back.
FUNCTIONS = {
    f"{module}.{name}"
    for module, names in {
        "builtins": "abs all any ascii bin bool chr divmod format hash hex id len max min oct ord pow repr round sorted sum",
        "math": "ceil floor sqrt sin cos tan exp log log2 log10 gcd lcm factorial isqrt fabs prod hypot pow",
        "_operator": "add sub mul truediv floordiv mod neg pos and_ or_ xor not_ eq ne lt le gt ge pow matmul concat contains getitem",
    }.items()
    for name in names.split()
}

# The submission may see a public attribute of an object that it was handed, and none of these kinds.
HIDDEN_PREFIXES = ("_", "f_", "tb_", "gi_", "cr_", "ag_", "co_", "func_", "im_")


def hidden(name):
    return name.startswith(HIDDEN_PREFIXES)


def exception_class(module, name):
    """The class of that name which is the same on both sides, or None."""
    if name not in EXCEPTIONS.get(module, ()):
        return None
    if module not in sys.modules:
        try:
            importlib.import_module(module)
        except ImportError:
            return None
    found = getattr(sys.modules[module], name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def is_shared_exception(cls):
    return exception_class(cls.__module__, cls.__name__) is cls
