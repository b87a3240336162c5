/* The sources of the frozen modules, inflated when a traceback or `inspect` asks for one. */
#include "shim.h"

#include "embedded.h"

#include "../memfs/memfs.h"

#include <string.h>
#include <zlib.h>

static const struct croquant_source *
find(const char *name)
{
    unsigned low = 0, high = croquant_sources_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        int order = strcmp(name, croquant_sources[middle].name);
        if (order == 0) {
            return &croquant_sources[middle];
        }
        if (order < 0) {
            high = middle;
        }
        else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* For the memory filesystem, which shows the sources as files. */
bool
croquant_unpack(const unsigned char *data, unsigned packed, unsigned char *to, unsigned size)
{
    uLongf unpacked = size;
    return uncompress(to, &unpacked, data, packed) == Z_OK && unpacked == size;
}

/* source(name) -> bytes of the module's file, or None. */
PyObject *
croquant_source(PyObject *module, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        return NULL;
    }
    const struct croquant_source *source = find(text);
    if (source == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, source->raw_size);
    if (bytes == NULL) {
        return NULL;
    }
    uLongf size = source->raw_size;
    int status = uncompress((Bytef *)PyBytes_AS_STRING(bytes), &size, source->data, source->size);
    if (status != Z_OK || size != source->raw_size) {
        Py_DECREF(bytes);
        return PyErr_Format(PyExc_SystemError, "the source of `%s` in this image is damaged (zlib %d)", text, status);
    }
    return bytes;
}

/* frozen_names() -> {name: is_package} of every frozen module. */
PyObject *
croquant_frozen_names(PyObject *module, PyObject *none)
{
    PyObject *names = PyDict_New();
    if (names == NULL) {
        return NULL;
    }
    for (const struct _frozen *entry = croquant_frozen; entry->name != NULL; entry++) {
        if (PyDict_SetItemString(names, entry->name, entry->is_package ? Py_True : Py_False) < 0) {
            Py_DECREF(names);
            return NULL;
        }
    }
    return names;
}
