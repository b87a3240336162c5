class TideTable:
    def __init__(self, readings):
        pass

    def highest(self):
        pass
