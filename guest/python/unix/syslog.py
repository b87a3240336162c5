"""`syslog` where nobody keeps a log, as in a container without the daemon: messages go nowhere."""

import sys as _sys

LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG = range(8)
(LOG_KERN, LOG_USER, LOG_MAIL, LOG_DAEMON, LOG_AUTH, LOG_SYSLOG, LOG_LPR, LOG_NEWS, LOG_UUCP, LOG_CRON, LOG_AUTHPRIV,
 LOG_FTP) = range(0, 96, 8)  # fmt: skip
LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7 = range(128, 192, 8)
LOG_PID, LOG_CONS, LOG_ODELAY, LOG_NDELAY, LOG_NOWAIT, LOG_PERROR = 1, 2, 4, 8, 16, 32

_mask = 0xFF


def openlog(ident=None, logoption=0, facility=LOG_USER):
    """Set logging options of subsequent syslog() calls."""
    if ident is not None:
        ident.encode()
    _sys.audit("syslog.openlog", ident, logoption, facility)


def syslog(priority, message=None, /):
    """Send the string message to the system logger."""
    if message is None:
        priority, message = LOG_INFO, priority
    if not isinstance(message, str) or not isinstance(priority, int):
        raise TypeError("syslog() takes an optional priority and a string")
    _sys.audit("syslog.syslog", priority, message)


def closelog():
    """Reset the syslog module values and call the system library closelog()."""
    _sys.audit("syslog.closelog")


def setlogmask(maskpri, /):
    """Set the priority mask to maskpri and return the previous mask value."""
    global _mask
    _sys.audit("syslog.setlogmask", maskpri)
    before = _mask
    _mask = maskpri or _mask
    return before


def LOG_MASK(pri, /):
    """Calculates the mask for the individual priority pri."""
    return 1 << pri


def LOG_UPTO(pri, /):
    """Calculates the mask for all priorities up to and including pri."""
    return (1 << pri + 1) - 1
