import json, sys

print(json.__file__, "codecs" in sys.modules, sys.flags.no_site)
import helper
