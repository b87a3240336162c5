import ast, importlib.util, inspect, linecache, os, warnings

print(os.path.exists(os.__file__), inspect.getsourcefile(os), linecache.getline(os.__file__, 1).strip())
folder = os.path.dirname(os.__file__)
print("json" in os.listdir(folder), os.path.isfile(folder + "/json/__init__.py"), not os.path.exists(folder + "/_croquant"))
with open(ast.__file__, encoding="utf-8") as file:
    text = file.read()
print(text == inspect.getsource(ast), os.path.getsize(ast.__file__) == len(text.encode()))
try:
    open(os.__file__, "w")
except OSError as error:
    print(error)
warnings.warn_explicit("careful", UserWarning, ast.__file__, inspect.getsourcelines(ast.dump)[1])
