from __future__ import annotations

import __main__
import json
import timeit


def attempt(name, function):
    try:
        function()
        print(f"{name}: imported")
    except ModuleNotFoundError as error:
        print(f"{name}: {'refused' if 'allow-import' in str(error) else error}")


attempt("exec without a module", lambda: exec("import os", {}))
attempt("exec in a library's module", lambda: exec("import os", vars(json)))
attempt("compiled as the library's", lambda: exec(compile("import os", json.__file__, "exec")))
attempt("a list of nothing", lambda: __import__("os", None, None, []))
attempt("what timeit runs", lambda: timeit.timeit("os.getcwd()", "import os", number=1))
print("the plain function:", "there" if hasattr(__import__, "__wrapped__") else "gone")
