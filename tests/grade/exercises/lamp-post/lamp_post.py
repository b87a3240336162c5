class Lamp:
    pass
