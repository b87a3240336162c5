"""What Python makes of host folders: a read-write one at /data and a read-only one at /fixed."""
import errno
import os
import pathlib
import shutil
import sqlite3


def raises(number, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except OSError as e:
        assert e.errno == number, f"{errno.errorcode[number]} expected, got {e!r}"
    else:
        raise AssertionError(f"{errno.errorcode[number]} expected")


def read_write(top):
    os.makedirs(f"{top}/a/b")
    pathlib.Path(f"{top}/a/one.txt").write_text("one")
    assert sorted(os.listdir(f"{top}/a")) == ["b", "one.txt"]
    assert pathlib.Path(f"{top}/../{os.path.basename(top)}/a/b/../one.txt").read_text() == "one"
    with open(f"{top}/a/one.txt", "r+") as f:
        f.seek(0, 2)
        f.write(" two")
        f.truncate()
    os.rename(f"{top}/a/one.txt", f"{top}/a/b/two.txt")
    assert os.stat(f"{top}/a/b/two.txt").st_size == 7
    with open(f"{top}/a/b/log", "a") as f:
        f.write("1")
    with open(f"{top}/a/b/log", "a") as f:
        f.write("2")
    assert open(f"{top}/a/b/log").read() == "12"
    os.symlink("two.txt", f"{top}/a/b/soft")
    assert open(f"{top}/a/b/soft").read() == "one two"
    db = sqlite3.connect(f"{top}/a/db")
    with db:
        db.execute("create table t(a)")
        db.executemany("insert into t values(?)", ((i,) for i in range(1000)))
    assert db.execute("select sum(a) from t").fetchone() == (499500,)
    db.close()
    raises(errno.EXDEV, os.rename, f"{top}/a/b/two.txt", "two.txt")
    shutil.move(f"{top}/a/b/two.txt", "two.txt")    # copies
    assert open("two.txt").read() == "one two"
    shutil.move("two.txt", f"{top}/a/back.txt")
    assert [r for r, _, _ in os.walk(f"{top}/a")] == [f"{top}/a", f"{top}/a/b"]
    os.chdir(f"{top}/a/b")
    assert os.getcwd() == f"{top}/a/b" and open("../back.txt").read() == "one two"
    os.chdir("../../..")
    assert os.getcwd() == os.path.dirname(top), os.getcwd()
    os.chdir("/home/user")
    raises(errno.EBUSY, os.rmdir, top)
    raises(errno.EBUSY, os.rename, top, "/tmp/x")
    shutil.rmtree(f"{top}/a")
    assert not os.path.exists(f"{top}/a")


def read_only(top):
    name = sorted(n for n in os.listdir(top) if os.path.isfile(f"{top}/{n}"))[0]
    assert open(f"{top}/{name}", "rb").read() is not None
    for call, args in ((open, (f"{top}/new", "w")), (open, (f"{top}/{name}", "a")), (os.mkdir, (f"{top}/d",)),
                       (os.remove, (f"{top}/{name}",)), (os.rename, (f"{top}/{name}", f"{top}/x")),
                       (os.utime, (f"{top}/{name}",)), (os.symlink, ("x", f"{top}/l"))):
        raises(errno.EROFS, call, *args)


if __name__ == "__main__":
    read_write("/data")
    read_only("/fixed")
    print("mounted: ok")
