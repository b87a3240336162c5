import os
for path in ["a/b/c", "a/d", "e"]:
    os.makedirs("/tmp/t/" + path)
    open(f"/tmp/t/{path}/f.txt", "w").write(path)
for folder, folders, files in os.walk("/tmp/t"):
    folders.sort()
    print(folder, folders, files)
for folder, folders, files in os.walk("/tmp/t/a", topdown=False):
    print(folder, sorted(folders), files)
