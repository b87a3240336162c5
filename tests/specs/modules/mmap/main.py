import mmap, struct

with open("data/text", "r+b") as file:
    with mmap.mmap(file.fileno(), 0) as m:
        print(len(m), m[:7], m.find(b"1st"), m.find(b"3rd"), m.readline(), m.read())
        m[0:1] = b"T"
        print(open("data/text", "rb").read())
        struct.pack_into("3s", m, 4, b"2nd")
        m.seek(13)
        m.write(b"TWO")
    print(open("data/text", "rb").read())
with open("data/text", "rb") as file:
    m = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        m[0] = 0
    except TypeError as error:
        print(error)
    m.close()
m = mmap.mmap(-1, 4)
m[2] = 7
print(m[:], m[2])
with open("data/text", "rb") as file:
    copy = mmap.mmap(file.fileno(), 4, access=mmap.ACCESS_COPY)
    copy[:] = b"abcd"
    print(copy[:], file.read(3))
    try:
        mmap.mmap(file.fileno(), 0)
    except OSError as error:
        print(error)
with open("/tmp/empty", "w+b") as file:
    try:
        mmap.mmap(file.fileno(), 0)
    except ValueError as error:
        print(error)
m.close()
try:
    m[0]
except ValueError as error:
    print(error)
import re
print(re.search(b"ba", mmap.mmap(-1, 8)) or b"ba", bytes(mmap.mmap(-1, 3)) == bytes(3))
