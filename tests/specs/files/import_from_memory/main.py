import os, sys
os.makedirs("package")
open("package/__init__.py", "w").write("from .part import value")
open("package/part.py", "w").write("value = __name__")
open("single.py", "w").write("def f():\n    raise ValueError('here')\n")
import package, single
print(package.value, package.__file__)
try:
    single.f()
except ValueError:
    import traceback
    traceback.print_exc(file=sys.stdout)
