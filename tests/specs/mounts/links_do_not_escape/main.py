import os

def attempt(path):
    try:
        with open(path) as f:
            print(path, "read", f.read().strip())
    except OSError as error:
        print(path, "refused", type(error).__name__)

attempt("/mnt/good")
attempt("/mnt/bad")
attempt("/mnt/worse")
attempt("/mnt/up/canary.txt")
attempt("/mnt/etc/hostname")
for path in ["/mnt/bad", "/mnt/worse", "/mnt/up/new.txt"]:
    try:
        open(path, "w").write("dead")
        print("wrote", path)
    except OSError as error:
        print(path, "refused", type(error).__name__)
try:
    print(sorted(os.listdir("/mnt/up")))
except OSError as error:
    print("listdir refused", type(error).__name__)
