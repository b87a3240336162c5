import os
print(open("/data/in.txt").read())
for name, call in [("stat", lambda: os.stat("/data/in.txt")), ("list", lambda: os.listdir("/data"))]:
    try:
        print(name, call())
    except OSError as error:
        print(name, type(error).__name__)
