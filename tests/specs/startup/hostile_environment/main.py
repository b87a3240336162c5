import os, random, sys

# The variables are the program's to read; the interpreter takes no notice of them.
print(sorted(os.environ), sys.flags.inspect, sys.path[1:], sys.prefix, random.__file__)
