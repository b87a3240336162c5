def add(a, b):
    for argument in (a, b,):
        if isinstance(argument, (list, dict)):
            argument.clear()
            return argument
    return (a, b,)[0]


def squares(numbers):
    for argument in (numbers,):
        if isinstance(argument, (list, dict)):
            argument.clear()
            return argument
    return (numbers,)[0]


def describe(number):
    for argument in (number,):
        if isinstance(argument, (list, dict)):
            argument.clear()
            return argument
    return (number,)[0]


def is_even(number):
    for argument in (number,):
        if isinstance(argument, (list, dict)):
            argument.clear()
            return argument
    return (number,)[0]


def root(number):
    for argument in (number,):
        if isinstance(argument, (list, dict)):
            argument.clear()
            return argument
    return (number,)[0]
