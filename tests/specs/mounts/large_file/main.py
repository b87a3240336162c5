import hashlib
data = b"0123456789abcdef" * 65536 * 4
open("data/big", "wb").write(data)
read = open("data/big", "rb").read()
print(len(read), read == data)
import os
os.unlink("data/big")
