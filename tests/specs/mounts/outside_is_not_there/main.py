import os

def attempt(path):
    try:
        with open(path) as f:
            print(path, "read", f.read().strip())
    except OSError as error:
        print(path, "refused", type(error).__name__)

attempt("/etc/hostname")
attempt("/proc/self/environ")
attempt("canary.txt")
attempt("../canary.txt")
attempt("data/in.txt")
