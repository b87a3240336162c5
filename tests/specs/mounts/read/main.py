import os
print(sorted(os.listdir("data")), open("data/in.txt").read(), end="")
