# A folder without `__init__.py` does not hide the standard library's module.
