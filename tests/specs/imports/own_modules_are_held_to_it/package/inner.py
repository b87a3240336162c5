from . import other
from .other import WORD

print("relative", WORD)
try:
    import os
except ImportError as error:
    print(error)
