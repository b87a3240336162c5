import signal, time
signal.signal(signal.SIGINT, lambda number, frame: print("signal", number))
print("ready", flush=True)
time.sleep(0.5)
print("slept on")
