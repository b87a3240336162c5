import time

print("ready", flush=True)
time.sleep(0.3)
print("done")
