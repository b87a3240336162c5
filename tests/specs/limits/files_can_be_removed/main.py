# The script itself, which the session begins with, does not count.
import errno, os


def attempt(what, function):
    try:
        function()
        print(what, "made")
    except OSError as error:
        print(what, "refused", errno.errorcode[error.errno])


open("one", "w").close()
os.mkdir("two")
os.symlink("one", "three")
attempt("file", lambda: open("four", "w"))
attempt("folder", lambda: os.mkdir("four"))
attempt("link", lambda: os.symlink("one", "four"))
attempt("name", lambda: os.link("one", "four"))
with open("one", "w") as file:
    print("what is there can be written:", file.write("x" * 100_000) == 100_000)
os.rename("one", "two/one")
print("and moved:", os.path.exists("two/one"))
os.remove("three")
open("four", "w").close()
print("room again:", os.path.exists("four"))
