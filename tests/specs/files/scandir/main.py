import os
os.makedirs("/tmp/t/folder")
open("/tmp/t/file", "w").write("12345")
with os.scandir("/tmp/t") as entries:
    for entry in sorted(entries, key=lambda entry: entry.name):
        print(entry.name, entry.path, entry.is_file(), entry.is_dir(), entry.is_symlink(), entry.stat().st_size if entry.is_file() else "")
print(sorted(os.listdir(b"/tmp/t")))
