import os, shutil, stat

with open("/tmp/mine", "w"):
    os.chmod("/tmp/mine", 0o600)
for folder in "fixed", "open":
    path = folder + "/file"
    fd = os.open(path, os.O_RDONLY)
    for name, call in {
        "chmod": lambda: os.chmod(path, 0o600),
        "fchmod": lambda: os.fchmod(fd, 0o600),
        "folder": lambda: os.chmod(folder, 0o700),
        "missing": lambda: os.chmod(folder + "/none", 0o600),
        "copymode": lambda: shutil.copymode("/tmp/mine", path),
    }.items():
        try:
            call()
            print(name, folder)
        except OSError as error:
            print(name, folder, error)
    # A host's own bits are not known: these are the usual ones.
    print(oct(stat.S_IMODE(os.stat(path).st_mode)))
