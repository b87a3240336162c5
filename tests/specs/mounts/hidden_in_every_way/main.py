import errno, os

# The folder is mounted once for each kind of rule, under its name.
NAMES = "name", ".name", "inside", "to_dot", "chain", "chain_dot", "outside"


def attempt(call, *args):
    try:
        return call(*args)
    except OSError as error:
        return errno.errorcode[error.errno]


def read(path):
    with open(path) as file:
        return file.read()


def there_and_back(path):
    os.rename(path, path + "_moved")
    os.rename(path + "_moved", path)
    return "moved"


def taken_and_given_back(path):
    link = os.readlink(path) if os.path.islink(path) else None
    text = None if link else read(path)
    os.remove(path)
    if link:
        os.symlink(link, path)
    else:
        with open(path, "w") as file:
            file.write(text)
    return "removed"


for rule in sorted(os.listdir("/rules")):
    print(rule)
    folder = f"/rules/{rule}/f"
    for name in NAMES:
        path = f"{folder}/{name}"
        print(
            f"  {name:<10}",
            attempt(read, path),
            attempt(lambda: os.stat(path).st_size),
            attempt(lambda: os.lstat(path) and "lstat"),
            os.path.exists(path),
            name in os.listdir(folder),
            name in (entry.name for entry in os.scandir(folder)),
            attempt(there_and_back, path),
            attempt(os.mkdir, path),
            "-" if name == "outside" else attempt(taken_and_given_back, path),
        )
