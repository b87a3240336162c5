import os
def attempt(what, call, *args):
    try:
        print(what, call(*args))
    except OSError as error:
        print(what, type(error).__name__, error.errno)
read = lambda path: open(path).read().strip()
print(sorted(os.listdir("/data")))
attempt("open", read, "/data/.env")
attempt("stat", os.stat, "/data/.env")
attempt("link", read, "/data/link_to_it")
attempt("inside", read, "/data/.git/config")
attempt("make", open, "/data/.new", "w")
attempt("mkdir", os.mkdir, "/data/.new")
attempt("rename", os.rename, "/data/shown.txt", "/data/.shown")
attempt("remove", os.remove, "/data/.env")
attempt("shown", read, "/data/shown.txt")
