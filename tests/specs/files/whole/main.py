"""What Python makes of the memory filesystem; with `--fill` also of a full one."""
import errno
import io
import os
import pathlib
import random
import shutil
import sqlite3
import stat
import sys
import tempfile
import time
import zipfile


def raises(number, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except OSError as e:
        assert e.errno == number, f"{errno.errorcode[number]} expected, got {e!r}"
    else:
        raise AssertionError(f"{errno.errorcode[number]} expected from {call.__name__}{args}")


def layout():
    assert os.getcwd() == "/home/user", os.getcwd()
    assert {"home", "tmp", "dev"} <= set(os.listdir("/"))
    assert os.listdir("/home") == ["user"]
    assert tempfile.gettempdir() == "/tmp"
    assert os.path.expanduser("~") in ("/home/user", "~")


def open_modes():
    with open("m", "w") as f:
        assert f.write("one\ntwo\n") == 8
        raises_io = (io.UnsupportedOperation, ValueError)
        try:
            f.read()
        except raises_io:
            pass
        else:
            raise AssertionError
    with open("m") as f:
        assert list(f) == ["one\n", "two\n"]
    with open("m", "a") as f:
        f.write("three\n")
    with open("m", "r+b") as f:
        f.seek(4)
        f.write(b"TWO")
        f.seek(0, io.SEEK_END)
        assert f.tell() == 14
        f.seek(-6, io.SEEK_CUR)
        assert f.read() == b"three\n"
        f.truncate(3)
    assert open("m", "rb").read() == b"one"
    raises(errno.EEXIST, open, "m", "x")
    raises(errno.ENOENT, open, "absent")
    raises(errno.EISDIR, open, "/tmp")
    raises(errno.EISDIR, open, "/tmp", "w")
    raises(errno.ENOTDIR, open, "m/x", "w")
    with open("m", "w+") as f:
        f.write("é" * 5000)
        f.seek(0)
        assert f.read() == "é" * 5000
    with open("m", "a+b") as f:
        f.seek(0)
        f.write(b"end")
        f.seek(-3, 2)
        assert f.read() == b"end"
    with open("m", "rb", buffering=0) as f:
        raw = bytearray(10)
        assert f.readinto(raw) == 10 and f.seekable() and not f.isatty()
    os.remove("m")


def low_level():
    fd = os.open("low", os.O_RDWR | os.O_CREAT | os.O_EXCL)
    assert os.write(fd, b"0123456789") == 10
    assert os.pread(fd, 3, 4) == b"456"
    assert os.pwrite(fd, b"xy", 8) == 2
    assert os.lseek(fd, 0, os.SEEK_SET) == 0
    assert os.read(fd, 100) == b"01234567xy"
    os.ftruncate(fd, 4)
    os.fsync(fd)
    assert os.fstat(fd).st_size == 4
    os.truncate("low", 100)
    assert os.fstat(fd).st_size == 100
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, 1000)
        assert os.fstat(fd).st_size == 1000
    os.lseek(fd, 0, 0)
    two = [bytearray(3), bytearray(4)]
    assert os.readv(fd, two) == 7 and two == [b"012", b"3\0\0\0"]
    assert os.writev(fd, [b"ab", b"cde"]) == 5 and os.preadv(fd, two, 7) == 7 and two == [b"abc", b"de\0\0"]
    os.remove("low")
    assert os.fstat(fd).st_nlink == 0
    os.lseek(fd, 0, 0)
    assert os.read(fd, 4) == b"0123"    # removed, but open
    os.close(fd)
    raises(errno.EBADF, os.read, fd, 1)
    raises(errno.EBADF, os.close, fd)
    raises(errno.EBADF, os.fstat, 500)


def duplicates():
    fd = os.open("dup", os.O_RDWR | os.O_CREAT)
    other = os.dup(fd)
    os.write(fd, b"abc")
    assert os.lseek(other, 0, os.SEEK_CUR) == 3    # one open file, one offset
    os.close(fd)
    os.write(other, b"def")
    third = os.open("/dev/null", os.O_WRONLY)
    assert os.dup2(other, third) == third
    os.write(third, b"ghi")
    os.close(other)
    os.close(third)
    assert open("dup").read() == "abcdefghi"
    os.remove("dup")


def names():
    os.makedirs("d/e/f")
    raises(errno.EEXIST, os.mkdir, "d")
    raises(errno.ENOTEMPTY, os.rmdir, "d")
    raises(errno.EISDIR, os.remove, "d")
    open("d/one", "w").close()
    os.rename("d/one", "d/two")
    open("d/three", "w").write("3")
    os.replace("d/three", "d/two")
    assert open("d/two").read() == "3"
    raises(errno.EINVAL, os.rename, "d", "d/e/d")
    os.link("d/two", "d/hard")
    assert os.stat("d/two").st_nlink == 2 and os.path.samefile("d/two", "d/hard")
    os.symlink("two", "d/soft")
    assert os.readlink("d/soft") == "two" and os.path.islink("d/soft")
    assert os.path.realpath("d/soft") == "/home/user/d/two"
    os.symlink("nowhere", "d/broken")
    assert not os.path.exists("d/broken") and os.path.lexists("d/broken")
    os.symlink("me", "d/me")
    raises(errno.ELOOP, os.stat, "d/me")
    os.remove("d/me")
    tree = sorted((root, sorted(dirs), sorted(files)) for root, dirs, files in os.walk("d"))
    assert tree == [("d", ["e"], ["broken", "hard", "soft", "two"]), ("d/e", ["f"], []), ("d/e/f", [], [])], tree
    with os.scandir("d") as entries:
        kinds = {e.name: (e.is_dir(), e.is_file(), e.is_symlink()) for e in entries}
    assert kinds["e"] == (True, False, False) and kinds["soft"] == (False, True, True), kinds
    assert {e.inode() for e in os.scandir("d")} == {os.lstat("d/" + n).st_ino for n in os.listdir("d")}
    raises(errno.ENAMETOOLONG, open, "n" * 256, "w")
    open("d/" + "n" * 255, "w").close()
    raises(errno.ENOENT, os.stat, "")
    shutil.rmtree("d")
    assert not os.path.exists("d")


def directories():
    os.makedirs("w/x")
    os.chdir("w/x")
    assert os.getcwd() == "/home/user/w/x"
    os.chdir("..")
    assert os.getcwd() == "/home/user/w"
    open("rel", "w").close()
    assert os.path.exists("/home/user/w/rel") and os.path.abspath("rel") == "/home/user/w/rel"
    os.symlink("/tmp", "t")
    os.chdir("t")
    assert os.getcwd() == "/tmp"
    raises(errno.ENOENT, os.chdir, "absent")
    raises(errno.ENOTDIR, os.chdir, "/home/user/w/rel")
    os.chdir("/home/user")
    fd = os.open("w", os.O_RDONLY | os.O_DIRECTORY)
    if os.open in os.supports_dir_fd:
        inner = os.open("rel", os.O_RDONLY, dir_fd=fd)
        os.close(inner)
        os.mkdir("made", dir_fd=fd)
        assert os.stat("made", dir_fd=fd).st_mode & stat.S_IFDIR
    assert sorted(os.listdir(fd)) == ["made", "rel", "t", "x"] == sorted(os.listdir(fd))
    assert sorted((root, sorted(dirs), sorted(files)) for root, dirs, files, _ in os.fwalk("w")) == [
        ("w", ["made", "t", "x"], ["rel"]), ("w/made", [], []), ("w/x", [], [])]
    os.close(fd)
    for i in range(3000):
        open(f"w/x/{i}", "w").close()
    assert len(os.listdir("w/x")) == 3000
    for entry in os.scandir("w/x"):    # removing while listing
        os.remove(entry.path)
    assert os.listdir("w/x") == []
    shutil.rmtree("w")


def times():
    before = time.time()
    open("t", "w").write("x")
    s = os.stat("t")
    assert before - 1 <= s.st_mtime <= time.time() + 1, (before, s.st_mtime)
    os.utime("t", (5, 7))
    assert os.stat("t").st_atime == 5 and os.stat("t").st_mtime == 7
    os.utime("t", ns=(1_000_000_001, 2_000_000_002))
    assert os.stat("t").st_mtime_ns == 2_000_000_002
    os.utime("t")
    assert os.stat("t").st_mtime >= before - 1
    assert stat.S_ISREG(s.st_mode) and stat.S_ISDIR(os.stat("/tmp").st_mode)
    assert s.st_mode & 0o777 == 0o644 and os.stat("/tmp").st_mode & 0o777 == 0o755
    assert os.access("t", os.R_OK | os.W_OK)
    os.chmod("t", 0o750)
    assert os.stat("t").st_mode & 0o7777 == 0o750, oct(os.stat("t").st_mode)
    raises(errno.ENOENT, os.chmod, "absent", 0o777)
    os.close(os.open("private", os.O_WRONLY | os.O_CREAT, 0o600))
    os.mkdir("secret", 0o700)
    assert os.stat("private").st_mode & 0o777 == 0o600 and os.stat("secret").st_mode & 0o777 == 0o700
    os.remove("private")
    os.rmdir("secret")
    shutil.copy("t", "t2")
    assert os.stat("t2").st_mode & 0o7777 == 0o750
    os.remove("t2")
    os.remove("t")


def libraries():
    with tempfile.TemporaryDirectory() as d:
        assert d.startswith("/tmp/")
        p = pathlib.Path(d) / "a" / "b.txt"
        p.parent.mkdir(parents=True)
        p.write_text("text")
        assert p.read_text() == "text" and p.exists() and p.stat().st_size == 4
        assert [x.name for x in pathlib.Path(d).rglob("*.txt")] == ["b.txt"]
        assert p.rename(p.with_suffix(".md")).name == "b.md"
        shutil.copytree(d + "/a", d + "/c")
        shutil.copy(d + "/c/b.md", d + "/copy")
        shutil.copy2(d + "/c/b.md", d + "/copy2")
        shutil.move(d + "/c", d + "/moved")
        assert sorted(os.listdir(d)) == ["a", "copy", "copy2", "moved"]
        with zipfile.ZipFile(d + "/z.zip", "w", zipfile.ZIP_DEFLATED) as z:
            z.write(d + "/copy", "copy")
            z.writestr("big", bytes(100_000))
        with zipfile.ZipFile(d + "/z.zip") as z:
            assert z.testzip() is None and z.read("copy") == b"text"
            z.extractall(d + "/out")
        assert os.path.getsize(d + "/out/big") == 100_000
        archive = shutil.make_archive(d + "/tar", "gztar", d + "/a")
        shutil.unpack_archive(archive, d + "/untar")
        assert os.listdir(d + "/untar") == ["b.md"]
    assert not os.path.exists(d)
    with tempfile.NamedTemporaryFile("w+") as f:
        f.write("named")
        f.flush()
        assert open(f.name).read() == "named"
    assert not os.path.exists(f.name)
    with tempfile.TemporaryFile() as f:
        f.write(b"x" * 100_000)
        f.seek(99_999)
        assert f.read() == b"x"
    with tempfile.SpooledTemporaryFile(max_size=10) as f:
        f.write(b"y" * 100)
        f.seek(0)
        assert f.read() == b"y" * 100


def database():
    for name in ("/tmp/test.db", "relative.db"):
        db = sqlite3.connect(name)
        db.execute("create table t(a integer primary key, b text)")
        with db:
            db.executemany("insert into t(b) values(?)", ((str(i) * 50,) for i in range(5000)))
        try:
            with db:
                db.execute("delete from t")
                raise KeyError
        except KeyError:
            pass
        assert db.execute("select count(*) from t").fetchone() == (5000,)
        other = sqlite3.connect(name)
        assert other.execute("select b from t where a = 77").fetchone() == ("76" * 50,)
        # Two connections keep out of each other's way, as they do on a real disk.
        db.execute("begin immediate")
        try:
            sqlite3.connect(name, timeout=0).execute("insert into t(b) values('x')")
        except sqlite3.OperationalError as e:
            assert "locked" in str(e), e
        else:
            raise AssertionError("the database was not locked")
        db.rollback()
        other.close()
        db.execute("vacuum")
        db.close()
        assert sorted(f for f in os.listdir(os.path.dirname(name) or ".") if ".db" in f) == [os.path.basename(name)]
        os.remove(name)


def devices():
    with open(os.devnull, "w") as f:
        print("gone", file=f)
    assert open("/dev/null").read() == ""
    assert open("/dev/zero", "rb").read(3) == bytes(3)
    assert len(open("/dev/urandom", "rb").read(16)) == 16
    assert not os.isatty(os.open("/dev/null", os.O_RDWR))
    raises(errno.ENXIO, open, "/dev/tty", "a")


def against_a_model():
    """Random writes, reads and truncations of one file, compared with a bytearray."""
    rng, model = random.Random(4), bytearray()
    with open("model", "w+b", buffering=0) as f:
        for _ in range(3000):
            at = rng.randrange(100_000)
            match rng.randrange(4):
                case 0 | 1:
                    data = rng.randbytes(rng.randrange(30_000))
                    f.seek(at)
                    f.write(data)
                    if data:
                        model.extend(bytes(max(0, at + len(data) - len(model))))
                        model[at:at + len(data)] = data
                case 2:
                    f.truncate(at)
                    model = model[:at] + bytes(at - len(model[:at]))
                case 3:
                    f.seek(at)
                    assert f.read(20_000) == model[at:at + 20_000]
    assert open("model", "rb").read() == model
    os.remove("model")


def full_disk():
    with open("big", "wb", buffering=0) as f:
        block, total = bytes(1 << 20), 0
        try:
            while total < 4 << 30:
                total += f.write(block)
        except OSError as e:
            assert e.errno == errno.ENOSPC, e
        else:
            raise AssertionError("no limit was met")
    [bytearray(1000) for _ in range(100)]
    assert os.path.getsize("big") == total
    os.remove("big")
    open("after", "wb").write(bytes(10 << 20))
    os.remove("after")
    return total


if __name__ == "__main__":
    start = sorted(os.listdir("."))
    for test in (layout, open_modes, low_level, duplicates, names, directories, times, libraries, database, devices, against_a_model):
        test()
        assert sorted(os.listdir(".")) == start, (test.__name__, os.listdir("."))
    if "--fill" in sys.argv:
        print("disk full at", full_disk() >> 20, "MiB")
    print("files: ok")
