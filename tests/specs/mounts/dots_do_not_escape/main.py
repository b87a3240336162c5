import os

def attempt(path):
    try:
        with open(path) as f:
            print(path, "read", f.read().strip())
    except OSError as error:
        print(path, "refused", type(error).__name__)

attempt("/mnt/in.txt")
attempt("/mnt/sub/../in.txt")
attempt("/mnt/../canary.txt")
attempt("/mnt/../../canary.txt")
attempt("/mnt/sub/../../canary.txt")
attempt("/mnt/sub/../../../canary.txt")
attempt("/mnt/./.././canary.txt")
for write in ["/mnt/../canary.txt", "/mnt/sub/../../canary.txt"]:
    try:
        open(write, "w").write("dead")
        print("wrote", write)
    except OSError as error:
        print(write, "refused", type(error).__name__)
