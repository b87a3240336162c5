import zlib
data = b"witch which has which witches wrist watch" * 10
packed = zlib.compress(data, 9)
print(len(packed) < len(data), zlib.decompress(packed) == data, zlib.crc32(data), zlib.adler32(data))
d = zlib.decompressobj()
print(d.decompress(packed[:20]) + d.decompress(packed[20:]) == data, d.eof)
try:
    zlib.decompress(b"nonsense")
except zlib.error as error:
    print(error)
