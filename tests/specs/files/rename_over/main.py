import os
os.chdir("/tmp")
open("a", "w").write("a")
open("b", "w").write("b")
old = open("b")
os.replace("a", "b")
print(os.listdir(), open("b").read(), old.read())
os.mkdir("d")
os.rename("b", "d/c")
print(sorted(os.listdir()), os.listdir("d"))
for source, target in [("nothing", "x"), ("d", "d/inside"), ("d/c", "d")]:
    try:
        os.rename(source, target)
    except OSError as error:
        print(source, target, type(error).__name__)
