import pickle


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x!r}, y={self.y!r})"


def listed(count):
    return repr(list(range(1, count + 1)))


def dump(value):
    return pickle.dumps(value)
