"""Who runs a program: the user `user` (1000), at home in `/home/user`, in a process of its own. Fixed in every session."""

import errno
import os
import posix

import _croquant_host as host

UID = GID = 1000
NAME = "user"
HOME = "/home/user"
NODE = "localhost"

plain_uname = os.uname


def getuid():
    """Return the current process's user id."""
    return UID


def geteuid():
    """Return the current process's effective user id."""
    return UID


def getgid():
    """Return the current process's group id."""
    return GID


def getegid():
    """Return the current process's effective group id."""
    return GID


def getresuid():
    """Return a tuple of the current process's real, effective, and saved user ids."""
    return UID, UID, UID


def getresgid():
    """Return a tuple of the current process's real, effective, and saved group ids."""
    return GID, GID, GID


def getgroups():
    """Return list of supplemental group IDs for the process."""
    return [GID]


def getlogin():
    """Return the actual login name."""
    return NAME


def getppid():
    """Return the parent's process id."""
    return 1


def getpgrp():
    """Return the current process group id."""
    return os.getpid()


def ctermid():
    """Return the name of the controlling terminal for this process."""
    return "/dev/tty"


def uname():
    """Return an object identifying the current operating system."""
    system, _, *rest = plain_uname()
    return os.uname_result((system, NODE, *rest))


def get_terminal_size(fd=1, /):
    """Return the size of the terminal window as (columns, lines)."""
    os.fstat(fd)
    raise OSError(errno.ENOTTY, "the terminal's size is not known here")


FUNCTIONS = (
    getuid, geteuid, getgid, getegid, getresuid, getresgid, getgroups, getlogin, getppid, getpgrp, ctermid, uname, get_terminal_size,
    host.umask,
)  # fmt: skip


def install():
    for function in FUNCTIONS:
        name = function.__name__
        if function is not host.umask:
            function.__module__ = "posix"
        setattr(posix, name, function)
        setattr(os, name, function)
        if name not in os.__all__:
            os.__all__.append(name)
