import os
open("/b/copy.txt", "w").write(open("/a/in.txt").read())
print(os.listdir("/a"), os.listdir("/b"))
try:
    open("/a/x", "w")
except OSError as error:
    print(type(error).__name__)
