import errno, os

os.makedirs("/tmp/a/b")
for top in "/tmp", "/data":
    os.chdir(top)
    print(os.getcwd(), os.getcwdb())
    for path in "a", "b", "../..", "a/../a/./b/", "..", "nothing", "", "a\0b", "a" * 300, "../" * 40 + top[1:], ".":
        try:
            os.chdir(path)
            print("  ", path.count("../") > 2 and "far up" or path, os.getcwd(), os.path.samefile(".", os.getcwd()))
        except (OSError, ValueError) as error:
            print("  ", path[:7], errno.errorcode[error.errno] if isinstance(error, OSError) else error)
