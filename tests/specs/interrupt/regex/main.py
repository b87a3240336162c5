import re
print("ready", flush=True)
re.match(r"(a*)*b", "a" * 60)
