"""`caplog`: what the test logged."""

import contextlib
import logging

from . import heard


class Records(logging.Handler):
    """Keeps records, from its making to the end of its test."""

    def __init__(self, setting):
        super().__init__(0)
        self.records, self._root, self._levels = [], logging.getLogger(), {}
        self._root.addHandler(self)
        setting.finishers.append(self._end)
        heard.listen()

    def _end(self):
        self._root.removeHandler(self)
        for logger, level in self._levels.items():
            logger.setLevel(level)

    def emit(self, record):
        self.records.append(record)

    def set_level(self, level, logger=None):
        logger = logging.getLogger(logger)
        self._levels.setdefault(logger, logger.level)
        logger.setLevel(level)

    @contextlib.contextmanager
    def at_level(self, level, logger=None):
        """Sets the level of a logger, the root by default, for a `with`."""
        logger = logging.getLogger(logger)
        kept = logger.level
        logger.setLevel(level)
        try:
            yield
        finally:
            logger.setLevel(kept)

    handler = property(lambda self: self)

    def get_records(self, when):
        return self.records

    @property
    def messages(self):
        return [record.getMessage() for record in self.records]

    @property
    def text(self):
        return "".join(f"{record.levelname:8} {record.name}:{record.getMessage()}\n" for record in self.records)

    @property
    def record_tuples(self):
        return [(record.name, record.levelno, record.getMessage()) for record in self.records]

    def clear(self):
        self.records.clear()
