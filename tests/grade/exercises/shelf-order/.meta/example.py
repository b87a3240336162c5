def tidy(shelf):
    """Sorts a shelf where it stands."""
    shelf.sort(key=str.casefold)


def swap(shelf, one, other):
    shelf[one], shelf[other] = shelf[other], shelf[one]


def count_into(counts, words):
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts
