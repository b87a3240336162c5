class Log:
    """A context manager that keeps the last entries, and notes how it ended."""

    def __init__(self, size):
        self.size = size
        self.entries = []
        self.ended = None

    def add(self, entry):
        self.entries = [*self.entries, entry][-self.size :]
        return self

    def __enter__(self):
        self.add("begin")
        return self

    def __exit__(self, kind, error, traceback):
        self.ended = kind.__name__ if kind else "well"
        self.add(str(error) if error else "end")
        return kind is not None and issubclass(kind, LookupError)

    def __bool__(self):
        return bool(self.entries)

    def __getattr__(self, name):
        if name.startswith("add_"):
            return lambda: self.add(name.removeprefix("add_"))
        raise AttributeError(f"a log has no {name}")
