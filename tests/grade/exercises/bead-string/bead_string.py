def beads(pattern):
    pass


def pairs(colours):
    pass


class Spool:
    def __init__(self, length):
        pass


def echo():
    pass
