import sys

def visit(function, items):
    try:
        int('x')
    except ValueError as error:
        assert error.__traceback__
    return [function(item) for item in items]
