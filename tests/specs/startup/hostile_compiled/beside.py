print("compiled from its source")
