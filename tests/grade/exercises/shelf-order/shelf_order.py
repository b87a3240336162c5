def tidy(shelf):
    pass


def swap(shelf, one, other):
    pass


def count_into(counts, words):
    pass
