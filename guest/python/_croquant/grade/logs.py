"""`caplog`: what the test logged."""

import logging


class Records(logging.Handler):
    """Keeps records, from its making to the end of its test."""

    def __init__(self, setting):
        super().__init__(0)
        self.records, self._root = [], logging.getLogger()
        self._level = self._root.level
        self._root.addHandler(self)
        setting.finishers.append(self._end)

    def _end(self):
        self._root.removeHandler(self)
        self._root.setLevel(self._level)

    def emit(self, record):
        self.records.append(record)

    def set_level(self, level, logger=None):
        logging.getLogger(logger).setLevel(level)

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
