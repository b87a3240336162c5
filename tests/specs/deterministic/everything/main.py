import datetime, hashlib, os, random, secrets, sys, tempfile, threading, time, timeit, uuid

print(time.time(), time.time_ns(), datetime.datetime.now(), datetime.date.today())
print(time.perf_counter(), time.monotonic_ns(), time.process_time())
print(random.random(), random.sample(range(100), 5), random.SystemRandom().random())
print(uuid.uuid4(), uuid.uuid1(), secrets.token_hex(), os.urandom(16))
print(tempfile.mkdtemp(), tempfile.NamedTemporaryFile().name, tempfile.mktemp())
print({"some", "strings", "in", "a", "set"}, {object() for _ in range(3)})
print(id(object()), id([]), id("croquant"), hash("croquant"), hash(object()), hash(None))
print(os.getpid(), os.environ, os.getcwd(), sys.path, threading.get_ident())
open("scratch", "w").close()
print(os.stat("scratch"), os.stat(__file__), os.listdir("."), os.listdir("/"))
start = time.perf_counter()
time.sleep(3600)
print(time.perf_counter() - start)
print(timeit.timeit("str(1)", number=1000), timeit.Timer("pass").autorange()[0])
while time.perf_counter() - start < 3601:
    time.sleep(0.1)
for line in sys.stdin:
    print(hashlib.sha256(line.encode()).hexdigest(), time.perf_counter(), line, end="")
print()
