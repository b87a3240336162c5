import os, sys

# However the bytes come: a piece ends with a line, or where there is no more room for it.
for room in (100, 100, 100, 100, 100, 4):
    print(os.read(0, room))
print(len(sys.stdin.buffer.read1(100)) + len(sys.stdin.buffer.read()) + 4)
print(os.read(0, 1))
