import os
os.chdir("/tmp")
os.makedirs("d/e")
open("f", "w").close()

def attempt(function, *args):
    try:
        function(*args)
        print(function.__name__, *args, "ok")
    except OSError as error:
        print(function.__name__, *args, type(error).__name__, os.strerror(error.errno))

attempt(os.mkdir, "d")
attempt(os.rmdir, "d")
attempt(os.rmdir, "f")
attempt(os.unlink, "d")
attempt(os.unlink, "nothing")
attempt(os.listdir, "f")
attempt(os.listdir, "nothing")
attempt(open, "d")
attempt(open, "f/x")
attempt(os.stat, "nothing/x")
attempt(open, "x" * 300, "w")
attempt(os.chdir, "f")
attempt(os.rmdir, "d/e")
attempt(os.rmdir, "d")
