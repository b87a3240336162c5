import errno, os

for base in "/tmp", "data":
    open(f"{base}/file", "w").close()
    found = set()
    for name in "n" * 256, "\N{EURO SIGN}" * 86, "n" * 300 + "/x", "/".join(["d" * 200] * 30):
        path = f"{base}/{name}"
        for call in (
            open, os.stat, os.lstat, os.mkdir, os.rmdir, os.unlink, os.listdir, os.chdir, os.readlink, os.utime,
            lambda path: open(path, "w"),
            lambda path: os.chmod(path, 0o600),
            lambda path: os.truncate(path, 0),
            lambda path: os.rename(f"{base}/file", path),
            lambda path: os.rename(path, f"{base}/other"),
            lambda path: os.link(f"{base}/file", path),
            lambda path: os.symlink("file", path),
        ):
            try:
                call(path)
            except OSError as error:
                found.add(errno.errorcode[error.errno])
            else:
                found.add("no error")
    longest = f"{base}/{'n' * 255}"
    os.mkdir(longest)
    os.rmdir(longest)
    os.unlink(f"{base}/file")
    print(base, found, "ok")
