import os
def attempt(what, call, *args):
    try:
        print(what, call(*args))
    except OSError as error:
        print(what, type(error).__name__, error.errno)
attempt("null", open, "/dev_of_host/null")
attempt("link", open, "/data/to_null")
