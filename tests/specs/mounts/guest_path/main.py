print(open("/mnt/in.txt").read(), end="")
