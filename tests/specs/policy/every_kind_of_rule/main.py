import os
import sys
import time


def attempt(what, call, *args):
    try:
        print(what, call(*args))
    except OSError as error:
        print(what, type(error).__name__, error.errno)


def read(path):
    return open(path).read()


print("time", time.time())
print("random", os.urandom(4).hex(), os.urandom(4).hex())
print("stdin", sys.stdin.read())
attempt("symlink", os.symlink, "real.txt", "/data/soft")
attempt("remove", os.remove, "/data/real.txt")
attempt("pretended", os.rmdir, "/data/sub")
print("still there", os.path.isdir("/data/sub"))
attempt("open", read, "/data/real.txt")
attempt("virtual", read, "/data/told.txt")
attempt("size", os.path.getsize, "/data/told.txt")
print("listed", sorted(name for name in os.listdir("/data") if name.endswith(".txt")))
attempt("write", open, "/data/told.txt", "w")
attempt("passwd", read, "/etc/passwd")
attempt("key", read, "/data/a.key")
attempt("link to key", read, "/data/to_key")
