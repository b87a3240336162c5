"""The guest's own Python: what stands between CPython and the host. Programs use the module `croquant`."""
