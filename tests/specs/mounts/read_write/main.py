import os
open("data/in.txt", "w").write("changed\n")
open("data/new.txt", "x").write("new\n")
os.mkdir("data/d")
open("data/d/deep.txt", "w").write("deep\n")
os.rename("data/old.txt", "data/d/moved.txt")
os.unlink("data/gone.txt")
os.rmdir("data/sub")
with open("data/grow.txt", "r+") as f:
    f.truncate(2)
print(sorted(os.listdir("data")))
