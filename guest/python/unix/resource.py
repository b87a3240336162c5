"""What the program has used, and its limits. They are set from outside, and cannot be changed by the program."""

import errno as _errno
import time as _time
from collections import namedtuple as _namedtuple

import _croquant_host as _host

error = OSError

RLIM_INFINITY = -1
(RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK,
 RLIMIT_AS, _, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME) = range(16)  # fmt: skip
RLIMIT_OFILE = RLIMIT_NOFILE
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1

struct_rusage = _namedtuple(
    "struct_rusage",
    "ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt ru_majflt ru_nswap ru_inblock ru_oublock ru_msgsnd ru_msgrcv "
    "ru_nsignals ru_nvcsw ru_nivcsw",
    module="resource",
)

# A program's stack, as the image is linked; no process can be started, and none dumps its memory.
_FIXED = {RLIMIT_STACK: 8 << 20, RLIMIT_CORE: 0, RLIMIT_NPROC: 1}


def getrusage(who, /):
    """Processor time in seconds, and the memory taken so far in KiB. The rest is not counted."""
    if who not in (RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD):
        raise ValueError("invalid who parameter")
    if who == RUSAGE_CHILDREN:
        return struct_rusage(0.0, 0.0, *[0] * 14)
    return struct_rusage(_time.process_time(), 0.0, _host.memory() >> 10, *[0] * 13)


def getrlimit(resource, /):
    """The current soft and hard limits."""
    if not 0 <= resource < 16:
        raise ValueError("invalid resource specified")
    limit = _host.open_limit() if resource == RLIMIT_NOFILE else _FIXED.get(resource, RLIM_INFINITY)
    return limit, limit


def setrlimit(resource, limits, /):
    """Limits as they are can be set; others are refused."""
    soft, hard = limits
    if max(abs(soft), abs(hard)) >> 63:
        raise OverflowError("Python int too large to convert to C long")
    if (soft, hard) != getrlimit(resource):
        raise OSError(_errno.EPERM, "limits are set from outside, and cannot be changed here")


def prlimit(pid, resource, limits=None, /):
    """As getrlimit and setrlimit, for the program itself."""
    import os

    if pid not in (0, os.getpid()):
        raise ProcessLookupError(_errno.ESRCH, "No such process")
    before = getrlimit(resource)
    if limits is not None:
        setrlimit(resource, limits)
    return before


def getpagesize():
    """Return the size of a page of memory, in bytes."""
    return 65536
