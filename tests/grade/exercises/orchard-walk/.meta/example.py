def visit(tree, see):
    """Calls `see` with each fruit and its depth; the tree is a list of fruits and lists."""

    def walk(part, depth):
        for item in part:
            if isinstance(item, list):
                walk(item, depth + 1)
            else:
                see(item, depth=depth)

    walk(tree, 0)


def retry(action, times):
    for number in range(times):
        try:
            return action(number)
        except OSError:
            if number == times - 1:
                raise


def compose(*functions):
    def composed(value):
        for function in functions:
            value = function(value)
        return value

    return composed
