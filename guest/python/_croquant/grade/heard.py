"""What the submission warns of and logs, where a test listens: `assertWarns`, `pytest.warns`, `assertLogs`, `caplog`.

Both ends have the levels of loggers that the test sets. What is heard is passed on as data: a warning as an exception, a record as its text.
"""

import logging
import warnings

from .values import Malformed, check

plain_level, plain_show = logging.Logger.setLevel, warnings._showwarnmsg_impl
levels = {}  # of loggers, which the submission has not heard
hearing = False  # whether the submission knows that a test records warnings


def watch(on):
    """Begins or ends noticing that a test listens."""
    global hearing
    levels.clear()
    hearing = False
    logging.Logger.setLevel = set_level if on else plain_level


def set_level(self, level):
    """Set the logging level of this logger."""
    plain_level(self, level)
    levels[self.name] = self.level


def listen():
    """From now on the submission's records are wanted."""
    levels.setdefault("root", logging.root.level)


def is_hearing():
    return warnings._showwarnmsg_impl is not plain_show


def differs():
    return levels or is_hearing() is not hearing


def tell(request):
    """Tells the submission's side what is different now."""
    global hearing
    if is_hearing() is not hearing:
        hearing = not hearing
        request(("warnings", hearing))
    while levels:
        request(("level", *levels.popitem()))


def do_warn(peer, warning):
    if not isinstance(warning, Warning):
        raise Malformed("a warning that is none")
    if hearing:
        warnings.warn_explicit(warning, None, "the submission", 1)


def do_log(peer, name, level, text):
    logger = logging.getLogger(check(name, str))
    if logger.isEnabledFor(check(level, int)):
        logger.handle(logger.makeRecord(name, level, "the submission", 0, check(text, str), (), None))


operations = {"warn": (do_warn, 1, 1), "log": (do_log, 3, 3)}


class Telling:
    """The submission's side."""

    def __init__(self, peer):
        self.peer, self.caught, self.logging = peer, None, False

    def warnings(self, wanted):
        if self.caught is not None:
            self.caught.__exit__(None, None, None)
            self.caught = None
        if wanted:
            self.caught = warnings.catch_warnings()
            self.caught.__enter__()
            warnings.simplefilter("always")
            warnings._showwarnmsg_impl = lambda message: self.peer.request(("warn", message.message))

    def level(self, name, level):
        logging.getLogger(name).setLevel(level)
        if self.logging:
            return
        self.logging, request, plain = True, self.peer.request, logging.Logger.callHandlers

        def callHandlers(logger, record):
            request(("log", record.name, record.levelno, record.getMessage()))
            if logger.hasHandlers():
                plain(logger, record)

        logging.Logger.callHandlers = callHandlers
