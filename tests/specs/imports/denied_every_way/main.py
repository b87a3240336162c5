import datetime, importlib, json, string, textwrap, time

def attempt(name, function):
    try:
        function()
        print(f"{name}: imported")
    except ModuleNotFoundError as error:
        print(f"{name}: {'refused' if 'deny-import' in str(error) else error}")

def statement():
    import re

def from_import():
    from re import match

def submodule():
    import os.path

def from_package():
    from os import path

attempt("import statement", statement)
attempt("from import", from_import)
attempt("submodule", submodule)
attempt("from package", from_package)
attempt("__import__", lambda: __import__("re"))
attempt("importlib.import_module", lambda: importlib.import_module("re"))
attempt("importlib.__import__", lambda: importlib.__import__("re"))
attempt("exec", lambda: exec("import re"))
attempt("star", lambda: exec("from re import *"))
when = datetime.datetime.strptime("2026-01-01", "%Y-%m-%d")
print("the library's own use of it works", when, string.Template("$x").substitute(x=textwrap.dedent(" True")))
print("other modules are there")
