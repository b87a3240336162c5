import os, sys

# The interpreter has its own modules by now; a name that it did not need yet is looked for beside the script first, as `python` does.
print(os.__file__, sys.path[0])
import random
import json
print(json.dumps(random.__file__))
1 / 0
