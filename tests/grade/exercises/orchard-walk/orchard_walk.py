def visit(tree, see):
    pass


def retry(action, times):
    pass


def compose(*functions):
    pass
