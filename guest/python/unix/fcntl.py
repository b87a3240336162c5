"""`fcntl` and file locks. Locks are always to be had: there is no other process. Devices cannot be controlled."""

import errno as _errno
import sys as _sys

import _croquant_host as _host

# What the guest's C library knows.
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL = range(5)
F_DUPFD_CLOEXEC = 1030
FD_CLOEXEC = 1
# The rest as Linux has it.
F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN = 5, 6, 7, 8, 9
F_RDLCK, F_WRLCK, F_UNLCK = 0, 1, 2
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8
_LOCKS = {F_GETLK, F_SETLK, F_SETLKW}


def _number(fd):
    if not isinstance(fd, int):
        fileno = getattr(fd, "fileno", None)
        if fileno is None:
            raise TypeError("argument must be an int, or have a fileno() method.")
        fd = fileno()
        if not isinstance(fd, int):
            raise TypeError("fileno() returned a non-integer")
    if fd < 0:
        raise ValueError(f"file descriptor cannot be a negative integer ({fd})")
    return fd


def fcntl(fd, cmd, arg=0, /):
    """Perform the operation `cmd` on file descriptor fd."""
    fd = _number(fd)
    _sys.audit("fcntl.fcntl", fd, cmd, arg)
    if isinstance(arg, int):
        return _host.fcntl(fd, cmd, arg)
    if isinstance(arg, str):
        arg = arg.encode()
    _host.fcntl(fd, F_GETFD, 0)
    if cmd not in _LOCKS:
        raise OSError(_errno.EINVAL, "Invalid argument")
    return bytes(arg)


def flock(fd, operation, /):
    """Perform the lock operation `operation` on file descriptor fd."""
    fd = _number(fd)
    _sys.audit("fcntl.flock", fd, operation)
    if operation & ~LOCK_NB not in (LOCK_SH, LOCK_EX, LOCK_UN):
        raise OSError(_errno.EINVAL, "Invalid argument")
    _host.fcntl(fd, F_GETFD, 0)


def lockf(fd, cmd, len=0, start=0, whence=0, /):
    """A wrapper around the fcntl() locking calls."""
    fd = _number(fd)
    _sys.audit("fcntl.lockf", fd, cmd, len, start, whence)
    if cmd != LOCK_UN and not cmd & (LOCK_SH | LOCK_EX):
        raise ValueError("unrecognized lockf argument")
    _host.fcntl(fd, F_GETFD, 0)


def ioctl(fd, request, arg=0, mutate_flag=True, /):
    """Perform the operation request on file descriptor fd."""
    fd = _number(fd)
    _sys.audit("fcntl.ioctl", fd, request, arg)
    _host.fcntl(fd, F_GETFD, 0)
    raise OSError(_errno.ENOTTY, "devices cannot be controlled from here")
