import shutil, os
shutil.copytree("data", "/tmp/copy")
print(open("/tmp/copy/sub/x").read())
shutil.move("/tmp/copy", "data/back")
print(sorted(os.listdir("data")))
shutil.rmtree("data/back")
