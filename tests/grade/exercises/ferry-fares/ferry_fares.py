"""Fares of a ferry."""

CHILD = None


def fare(age):
    """Calculate a fare.

    :param age: int - the age of the passenger.
    :return: float - the fare.
    """

    pass


def crew(names):
    pass


def labels(*names, **options):
    pass
