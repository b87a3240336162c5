import os
open("main.py", "w").write("overwritten")
open("new.txt", "w").write("new")
os.makedirs("/etc/x")
open("/etc/passwd", "w").write("mine")
print(open("main.py").read(), open("/etc/passwd").read())
