import os, tempfile
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "x"), "w") as f:
        f.write("x")
    print(os.listdir(folder), folder.startswith("/tmp/"))
print(os.path.exists(folder))
with tempfile.NamedTemporaryFile("w+") as f:
    f.write("named")
    f.flush()
    print(open(f.name).read())
print(os.path.exists(f.name))
with tempfile.TemporaryFile() as f:
    f.write(b"no name")
    f.seek(0)
    print(f.read())
with tempfile.SpooledTemporaryFile(max_size=4) as f:
    f.write(b"rolled over")
    f.seek(0)
    print(f.read())
print(tempfile.gettempdir(), os.listdir("/tmp"))
