print("x" * 99)
