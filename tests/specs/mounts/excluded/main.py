import os
def attempt(what, call, *args):
    try:
        print(what, call(*args))
    except OSError as error:
        print(what, type(error).__name__, error.errno)
read = lambda path: open(path).read().strip()
print(*(sorted(set(os.listdir(top)) - {"to_key"}) for top in ("/one", "/two")))
for path in ("/one/a.key", "/one/B.KEY", "/one/to_key", "/one/private/in.txt", "/one/open.txt", "/two/a.key", "/two/private/in.txt"):
    attempt(path, read, path)
