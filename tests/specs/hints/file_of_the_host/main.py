open("data/in.txt")
