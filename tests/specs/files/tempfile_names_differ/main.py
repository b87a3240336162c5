import tempfile, os
a = tempfile.mkdtemp()
b = tempfile.mkdtemp()
print(a != b, len(os.listdir("/tmp")))
