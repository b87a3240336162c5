def add(a, b):
    class Got:
        __doc__ = repr((a, b,))

        def __repr__(self):
            return f'<input {(a, b,)}>'


    Got.__name__ = Got.__qualname__ = f'Got_{(a, b,)}'
    return Got() if len(repr((a, b,))) % 2 else f'input {(a, b,)}'


def squares(numbers):
    class Got:
        __doc__ = repr((numbers,))

        def __repr__(self):
            return f'<input {(numbers,)}>'


    Got.__name__ = Got.__qualname__ = f'Got_{(numbers,)}'
    return Got() if len(repr((numbers,))) % 2 else f'input {(numbers,)}'


def describe(number):
    class Got:
        __doc__ = repr((number,))

        def __repr__(self):
            return f'<input {(number,)}>'


    Got.__name__ = Got.__qualname__ = f'Got_{(number,)}'
    return Got() if len(repr((number,))) % 2 else f'input {(number,)}'


def is_even(number):
    class Got:
        __doc__ = repr((number,))

        def __repr__(self):
            return f'<input {(number,)}>'


    Got.__name__ = Got.__qualname__ = f'Got_{(number,)}'
    return Got() if len(repr((number,))) % 2 else f'input {(number,)}'


def root(number):
    class Got:
        __doc__ = repr((number,))

        def __repr__(self):
            return f'<input {(number,)}>'


    Got.__name__ = Got.__qualname__ = f'Got_{(number,)}'
    return Got() if len(repr((number,))) % 2 else f'input {(number,)}'
