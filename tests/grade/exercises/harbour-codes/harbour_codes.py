def encode(text):
    pass


def decode(code):
    pass


def frame(data):
    pass


def tree(text):
    pass
