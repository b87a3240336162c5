class TideTable:
    """Readings of a tide gauge, in order of time."""

    def __init__(self, readings):
        self._readings = sorted(readings)

    @property
    def span(self):
        levels = [level for _, level in self._readings]
        return max(levels) - min(levels)

    def highest(self):
        return max(self._readings, key=lambda reading: reading[1])

    def __len__(self):
        return len(self._readings)

    def __iter__(self):
        return iter(self._readings)

    def __getitem__(self, index):
        return self._readings[index]

    def __contains__(self, time):
        return any(time == at for at, _ in self._readings)

    def __eq__(self, other):
        return isinstance(other, TideTable) and self._readings == other._readings

    def __add__(self, other):
        return TideTable([*self, *other])

    def __repr__(self):
        return f"TideTable({self._readings!r})"
