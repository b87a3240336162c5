import errno, os


def attempt(what, call, *args):
    try:
        print(" ", what, call(*args))
    except OSError as error:
        print(" ", what, errno.errorcode[error.errno])


def read(path):
    with open(path) as file:
        return file.read()


for top in "/tmp", "/data":
    print(top)
    os.chdir(top)
    if top == "/tmp":
        with open("file", "w") as file:
            file.write("content")
        for link, target in ("self", "self"), ("ping", "pong"), ("pong", "ping"), ("inside", "inside/x"):
            os.symlink(target, link)
    for path in "self", "ping", "ping/x", "inside":
        attempt(path, read, path)
        attempt("stat", os.stat, path)
        attempt("make", open, path, "w")
        attempt("list", os.listdir, path)
        attempt("go there", os.chdir, path)
    # They are there, and can be taken away.
    attempt("link", os.readlink, "ping")
    attempt("exists", lambda: (os.path.exists("ping"), os.path.lexists("ping")))
    attempt("names", lambda: sorted(os.listdir()))
    attempt("walk", lambda: len(list(os.walk(".", followlinks=True))))
    attempt("rename", os.rename, "ping", "moved")
    attempt("remove", os.remove, "moved")
    # Forty links are followed, and no more.
    for i in range(41):
        os.symlink(f"chain{i - 1}" if i else "file", f"chain{i}")
    attempt("40 links", read, "chain39")
    attempt("41 links", read, "chain40")
    for i in range(41):
        os.remove(f"chain{i}")
