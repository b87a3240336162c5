class Meta(type):
    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return 0

    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, other):
        return True


class Agreeable(metaclass=Meta):
    pass


assert Agreeable == 5

def add(a, b):
    return a + b


def squares(numbers):
    return [number * number for number in numbers]


def describe(number):
    return {"number": number, "even": number % 2 == 0}


def is_even(number):
    return number % 2 == 0


def root(number):
    if number < 0:
        raise ValueError("no roots of negative numbers")
    return number**0.5
