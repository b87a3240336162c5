def f(x: int = 1) -> str:
    """Does f."""
    return str(x)

help(f)
help(len)
