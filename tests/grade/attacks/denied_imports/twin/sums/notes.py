first = 0
