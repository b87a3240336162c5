import os

def attempt(path):
    try:
        with open(path) as f:
            print(path, "read", f.read().strip())
    except OSError as error:
        print(path, "refused", type(error).__name__)

try:
    os.symlink("in.txt", "/mnt/good")
    attempt("/mnt/good")
except OSError as error:
    print("symlink refused", type(error).__name__)
for target in ["../../canary.txt", "/etc/hostname"]:
    try:
        os.symlink(target, "/mnt/bad")
    except OSError as error:
        print("symlink refused")
    attempt("/mnt/bad")
    try:
        os.unlink("/mnt/bad")
    except OSError:
        pass
try:
    os.unlink("/mnt/good")
except OSError:
    pass
for old, new in [("/mnt/in.txt", "/mnt/../../out.txt"), ("/mnt/../canary.txt", "/mnt/stolen")]:
    try:
        os.rename(old, new)
        print("renamed", old)
    except OSError as error:
        print("rename refused", type(error).__name__)
