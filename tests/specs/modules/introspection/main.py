import sys, gc, ast, dis, tokenize, io, symtable, traceback, types, inspect, sysconfig, pkgutil, importlib
print(ast.dump(ast.parse("x + 1", mode="eval").body), ast.literal_eval("[1, {'a': 2}]"))
dis.dis(lambda x: x + 1)
print([t.string for t in tokenize.generate_tokens(io.StringIO("a = 1").readline)])
print(gc.collect() >= 0, sys.getrefcount([]) > 0, sys.getsizeof([]) > 0)
print(importlib.import_module("json").__name__, importlib.util.find_spec("nothing"), importlib.util.find_spec("wave").name)
exec(compile("print('compiled')", "f", "exec"))
print(sysconfig.get_python_version(), len(list(pkgutil.iter_modules())) > 100)
