from enum import Enum


class State(Enum):
    OFF = 0
    DIM = 1
    BRIGHT = 2


class LampError(Exception):
    """What a lamp refuses."""


class BurntOut(LampError):
    def __init__(self, hours):
        super().__init__(f"burnt out after {hours} hours")
        self.hours = hours


class Lamp:
    LIFE = 10

    def __init__(self):
        self.state = State.OFF
        self.hours = 0

    def press(self):
        self.state = State((self.state.value + 1) % 3)
        return self.state

    def burn(self, hours):
        if self.state is State.OFF:
            raise LampError("the lamp is off")
        self.hours += hours
        if self.hours > self.LIFE:
            raise BurntOut(self.hours)

    @classmethod
    def lit(cls):
        lamp = cls()
        lamp.press()
        return lamp

    @staticmethod
    def states():
        return [state.name for state in State]
