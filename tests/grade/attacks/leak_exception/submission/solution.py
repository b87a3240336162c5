def add(a, b):
    made = type(f'Input_{(a, b,)}', (Exception,), {'__doc__': repr((a, b,)), '__str__': lambda self: repr((a, b,))})
    error = made((a, b,))
    error.add_note(f'note: {(a, b,)}')
    raise error from KeyError((a, b,))


def squares(numbers):
    made = type(f'Input_{(numbers,)}', (Exception,), {'__doc__': repr((numbers,)), '__str__': lambda self: repr((numbers,))})
    error = made((numbers,))
    error.add_note(f'note: {(numbers,)}')
    raise error from KeyError((numbers,))


def describe(number):
    made = type(f'Input_{(number,)}', (Exception,), {'__doc__': repr((number,)), '__str__': lambda self: repr((number,))})
    error = made((number,))
    error.add_note(f'note: {(number,)}')
    raise error from KeyError((number,))


def is_even(number):
    made = type(f'Input_{(number,)}', (Exception,), {'__doc__': repr((number,)), '__str__': lambda self: repr((number,))})
    error = made((number,))
    error.add_note(f'note: {(number,)}')
    raise error from KeyError((number,))


def root(number):
    made = type(f'Input_{(number,)}', (Exception,), {'__doc__': repr((number,)), '__str__': lambda self: repr((number,))})
    error = made((number,))
    error.add_note(f'note: {(number,)}')
    raise error from KeyError((number,))
