class Dock:
    pass
