import bz2
data = b"data " * 1000
packed = bz2.compress(data)
print(len(packed) < 100, bz2.decompress(packed) == data)
