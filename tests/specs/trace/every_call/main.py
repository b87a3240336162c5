text = open("/data/in.txt").read()
try:
    open("/data/new", "w")
except OSError:
    pass
print(text)
