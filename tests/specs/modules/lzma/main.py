import lzma
data = b"data " * 1000
for format in [lzma.FORMAT_XZ, lzma.FORMAT_ALONE]:
    packed = lzma.compress(data, format=format)
    print(len(packed) < 150, lzma.decompress(packed) == data)
try:
    lzma.decompress(b"nonsense")
except lzma.LZMAError as error:
    print(error)
