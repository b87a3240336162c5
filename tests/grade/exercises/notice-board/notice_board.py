def pin(path, text):
    pass


def shout(text):
    pass


def owner():
    pass
