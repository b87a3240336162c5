import pickle, shelve, dbm, marshal, copyreg
class A:
    def __init__(self): self.x = [1]
print(pickle.loads(pickle.dumps({"a": (1, {2})})), pickle.loads(pickle.dumps(A())).x)
with shelve.open("/tmp/s") as s: s["k"] = [1, 2]
with shelve.open("/tmp/s") as s: print(s["k"], list(s))
print(marshal.loads(marshal.dumps((1, "a"))))
