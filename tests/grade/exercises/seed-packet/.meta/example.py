from dataclasses import dataclass, field, replace


@dataclass(order=True, frozen=True)
class Packet:
    name: str
    seeds: int = 10
    notes: tuple = field(default=(), compare=False)

    @property
    def is_empty(self):
        return self.seeds == 0

    def sow(self, number):
        if number > self.seeds:
            raise ValueError(f"only {self.seeds} seeds are left")
        return replace(self, seeds=self.seeds - number)
