def f(x):
    """
    >>> f(2)
    4
    >>> f(3)
    10
    >>> f("a")
    Traceback (most recent call last):
        ...
    TypeError: can only concatenate str (not "int") to str
    """
    return x + x if isinstance(x, int) else x + 1

import doctest
print(doctest.testmod())
