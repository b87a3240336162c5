import errno

held = []
try:
    for _ in range(10_000):
        held.append(open("data/in.txt"))
except OSError as error:
    print(errno.errorcode[error.errno], len(held))
for file in held:
    file.close()
print(open("data/in.txt").read(), end="")
