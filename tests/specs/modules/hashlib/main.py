import hashlib
for name in sorted(hashlib.algorithms_guaranteed):
    h = hashlib.new(name, b"abc")
    print(name, h.hexdigest(8) if "shake" in name else h.hexdigest()[:32])
print(hashlib.blake2b(b"abc", digest_size=8, key=b"k").hexdigest())
import hmac
print(hmac.new(b"k", b"m", "sha256").hexdigest()[:16])
