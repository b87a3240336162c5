import os

def attempt(mode):
    try:
        with open("f", mode) as f:
            return "ok"
    except OSError as error:
        return type(error).__name__
    except ValueError as error:
        return str(error)

for mode in ["r", "r+", "w", "x", "a", "a+", "w+", "rb", "wb", "xb", "q"]:
    exists = os.path.exists("f")
    print(mode, exists, attempt(mode))
with open("f", "w") as f:
    f.write("one\n")
with open("f", "a") as f:
    f.write("two\n")
with open("f", "r+") as f:
    f.write("ONE")
    f.seek(0, os.SEEK_END)
    f.write("three\n")
print(open("f").read())
with open("f") as f:
    try:
        f.write("x")
    except OSError as error:
        print(type(error).__name__, error)
with open("f", "w") as f:
    try:
        f.read()
    except OSError as error:
        print(type(error).__name__, error)
print(os.path.getsize("f"))
