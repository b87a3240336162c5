import os, shutil

def attempt(function, *args):
    try:
        function(*args)
        print(function.__name__, "ok")
    except OSError as error:
        print(function.__name__, type(error).__name__)

attempt(open, "data/in.txt")
attempt(open, "data/in.txt", "w")
attempt(open, "data/in.txt", "a")
attempt(open, "data/in.txt", "r+")
attempt(open, "data/new.txt", "x")
attempt(os.mkdir, "data/d")
attempt(os.unlink, "data/in.txt")
attempt(os.rename, "data/in.txt", "data/b.txt")
attempt(os.rmdir, "data/sub")
attempt(os.truncate, "data/in.txt", 0)
attempt(os.utime, "data/in.txt", (0, 0))
attempt(os.symlink, "in.txt", "data/link")
attempt(os.link, "data/in.txt", "data/hard")
attempt(shutil.rmtree, "data")
print(open("data/in.txt").read(), end="")
