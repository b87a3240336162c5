import errno, os


def attempt(what, call, *args):
    try:
        print(" ", what, call(*args))
    except OSError as error:
        print(" ", what, errno.errorcode[error.errno])


# The same file in memory and on the host.
with open("/tmp/f", "w") as file:
    file.write("0123456789")
for top in "/tmp", "/data":
    print(top)
    os.chdir(top)
    read, write, add = os.open("f", os.O_RDONLY), os.open("f", os.O_WRONLY), os.open("f", os.O_WRONLY | os.O_APPEND)
    folder = os.open(".", os.O_RDONLY)
    for name, fd in ("read", read), ("write", write), ("add", add), ("folder", folder), ("none", 99):
        attempt(name, lambda: os.fstat(fd).st_size if fd != folder else "folder")
        if fd != folder:
            attempt("end", os.lseek, fd, 0, os.SEEK_END)
            attempt("before it", os.lseek, fd, -3, os.SEEK_CUR)
            attempt("before the start", os.lseek, fd, -1, os.SEEK_SET)
        attempt("no such place", os.lseek, fd, 0, 77)
        attempt("take", os.read, fd, 4)
        attempt("take from", os.pread, fd, 4, 2)
        attempt("put", os.write, fd, b"x")
        attempt("put at", os.pwrite, fd, b"y", 1)
        attempt("cut", os.ftruncate, fd, 8)
        attempt("cut below", os.ftruncate, fd, -1)
        attempt("sync", os.fsync, fd)
    # A second number has the same place; a hole is zeros; a name need not be open to be cut.
    again = os.dup(read)
    attempt("shared", lambda: (os.lseek(read, 3, os.SEEK_SET), os.lseek(again, 0, os.SEEK_CUR), os.dup2(again, 77)))
    os.close(read)
    attempt("closed", os.read, read, 1)
    attempt("kept", os.read, again, 2)
    attempt("not open", os.dup2, read, 77)
    os.ftruncate(write, 10)
    os.lseek(write, 12, os.SEEK_SET)
    os.write(write, b"end")
    attempt("hole", os.pread, again, 99, 0)
    attempt("by name", lambda: (os.truncate("f", 3), os.fstat(again).st_size, os.stat("f").st_size))
    attempt("none", os.truncate, "nothing", 3)
    attempt("folder", os.truncate, ".", 3)
