def cheapest(weights, rates):
    pass


def total(prices):
    pass
