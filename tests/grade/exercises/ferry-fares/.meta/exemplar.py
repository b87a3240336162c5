"""Fares of a ferry."""

CHILD = 6


def fare(age):
    """Calculate a fare.

    :param age: int - the age of the passenger.
    :return: float - the fare.
    """

    return 0.0 if age < CHILD else 4.5


def crew(names):
    """Make each name a title, once."""

    return {name.strip().title() for name in names}


def labels(*names, sep="-", **options):
    """Join names and options."""

    return sep.join([*names, *(f"{key}={value}" for key, value in options.items())])
