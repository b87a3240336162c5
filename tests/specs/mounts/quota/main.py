import os
def attempt(what, call, *args):
    try:
        print(what, call(*args))
    except OSError as error:
        print(what, type(error).__name__, error.errno)
def write(name, size):
    fd = os.open(name, os.O_WRONLY | os.O_CREAT)
    try:
        return os.write(fd, b"x" * size)
    finally:
        os.close(fd)

attempt("fits", write, "/data/big", 10240)
attempt("more", write, "/data/small", 1)
attempt("hole", os.truncate, "/data/small", 1 << 40)
os.remove("/data/big")
attempt("again", write, "/data/again", 5000)
attempt("third", os.mkdir, "/data/third")
attempt("fourth", os.mkdir, "/data/fourth")
os.remove("/data/again")
