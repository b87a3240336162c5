import io, os, zipfile, tarfile, gzip
with zipfile.ZipFile("/tmp/z.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.txt", "a" * 1000)
    z.writestr("b/c.txt", "c", zipfile.ZIP_LZMA)
    z.writestr("d.txt", "d", zipfile.ZIP_BZIP2)
with zipfile.ZipFile("/tmp/z.zip") as z:
    print(z.namelist(), z.testzip(), len(z.read("a.txt")), z.getinfo("a.txt").compress_size < 50)
    z.extractall("/tmp/out")
print(open("/tmp/out/b/c.txt").read())
open("/tmp/lib.zip", "wb").close()
with zipfile.ZipFile("/tmp/lib.zip", "w") as z:
    z.writestr("inside.py", "value = 42")
import sys
sys.path.insert(0, "/tmp/lib.zip")
import inside
print(inside.value, inside.__file__)
for mode in ["gz", "bz2", "xz"]:
    with tarfile.open(f"/tmp/t.tar.{mode}", f"w:{mode}") as t:
        t.add("/tmp/out", "out")
    with tarfile.open(f"/tmp/t.tar.{mode}") as t:
        print(mode, sorted(t.getnames()))
with gzip.open("/tmp/g.gz", "wt") as f:
    f.write("text")
print(gzip.open("/tmp/g.gz", "rt").read())
