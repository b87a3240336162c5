import os, sys

print(sorted(os.environ), sys.flags.inspect, sys.path[1:], sys.prefix)
