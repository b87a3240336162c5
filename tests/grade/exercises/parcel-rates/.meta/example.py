def cheapest(weights, rates):
    """The cheapest carrier of each weight, by its name."""
    found = {}
    for weight in weights:
        fitting = [(price, name) for name, (limit, price) in rates.items() if weight <= limit]
        if not fitting:
            raise ValueError(f"nobody carries {weight} kg")
        found[weight] = min(fitting)[1]
    return found


def total(prices):
    return sum(prices)
