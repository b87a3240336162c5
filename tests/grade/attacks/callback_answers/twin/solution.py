def visit(function, items):
    return list(map(function, items))
