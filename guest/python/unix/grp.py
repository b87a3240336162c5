"""The groups of a session: the user's own, and root's."""

from collections import namedtuple

from _croquant.user import GID, NAME

struct_group = namedtuple("struct_group", "gr_name gr_passwd gr_gid gr_mem", module="grp")

_all = (("root", 0), (NAME, GID))


def getgrall():
    """Return a list of all available group entries, in arbitrary order."""
    return [struct_group(name, "x", gid, []) for name, gid in _all]


def getgrnam(name):
    """Return the group database entry for the given group name."""
    if not isinstance(name, str):
        raise TypeError(f"getgrnam() argument must be str, not {type(name).__name__}")
    if "\0" in name:
        raise ValueError("embedded null character")
    for entry in getgrall():
        if entry.gr_name == name:
            return entry
    raise KeyError(f"getgrnam(): name not found: {name!r}")


def getgrgid(id):
    """Return the group database entry for the given numeric group ID."""
    if not hasattr(id, "__index__"):
        raise TypeError(f"gid should be integer, not {type(id).__name__}")
    for entry in getgrall():
        if entry.gr_gid == id:
            return entry
    raise KeyError(f"getgrgid(): gid not found: {id}")
