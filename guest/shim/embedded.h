/* What the recipe generates and the shim reads: the standard library, frozen, and its sources. */
#ifndef CROQUANT_EMBEDDED_H
#define CROQUANT_EMBEDDED_H

#include <Python.h>

/* Where the standard library claims to live. The recipe compiles every module with the filename
   `CROQUANT_STDLIB "/" relative path` (`/usr/lib/python3.13/json/__init__.py`), so that `__file__`, `co_filename`, tracebacks and
   `inspect` agree. */
#define CROQUANT_STDLIB "/usr/lib/python3.13"

/* Every pure-Python module of the standard library and of guest/python, ended by an entry of zeros. It also holds the modules that
   CPython freezes by itself (abc, codecs, io, os, site, ...: this table is looked up first, and only these copies have file names),
   except `importlib._bootstrap`, `importlib._bootstrap_external` and `zipimport`, which CPython takes from its own table. Packages have
   `is_package` 1. Ordered by name. */
extern const struct _frozen croquant_frozen[];

/* The source of a frozen module, as one zlib stream (RFC 1950) of the file's bytes. */
struct croquant_source {
    const char *name; /* as in `croquant_frozen`: "json", "json.tool" */
    const char *path; /* relative to CROQUANT_STDLIB: "json/__init__.py" */
    const unsigned char *data;
    unsigned size;     /* of `data` */
    unsigned raw_size; /* inflated */
};

/* Ordered by `name` (bytewise). */
extern const struct croquant_source croquant_sources[];
extern const unsigned croquant_sources_count;

#endif
