import os

def attempt(call, *args):
    try:
        call(*args)
    except OSError:
        return
    raise AssertionError("it was not refused")

for _ in range(2):
    attempt(open, "/data/out.txt", "w")
    attempt(os.remove, "/data/in.txt")
    attempt(open, "/data/.env")
    attempt(open, "/data/a.key")
    attempt(open, "/data/away")
    attempt(open, "/data/missing")
with open("/out/big", "wb", buffering=0) as f:
    assert f.write(b"x" * 2000) == 1024
    attempt(f.write, b"x")
    attempt(os.mkdir, "/out/d")
    f.truncate(0)
