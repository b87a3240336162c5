/* `_croquant_wire`: values as bytes, between two sessions of which one does not trust the other.

   dumps(value, export) writes values of these exact types: None, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set,
   frozenset, Ellipsis. For any other object it writes what `export(object)` returns, a tuple. loads(data, resolve, start=0) reads
   them back, and gives `resolve(tuple)` in the place of such an object. Bytes from a liar are a ValueError at worst: nothing is
   allocated by what they announce, only by what they bring.

   A value is a tag and its content; lengths are u32, all numbers little-endian:
   N T F E          None, True, False, Ellipsis
   i 8 bytes        an int that fits              I len bytes   any other, in two's complement
   d 8, c 16 bytes  float, complex
   s b B len bytes  str (UTF-8, lone surrogates too), bytes, bytearray
   l t S Z n items  list, tuple, set, frozenset   m n pairs     dict
   X tuple          what `export` returned */
#include "shim.h"

#include <string.h>

/* How deep values nest: each level is a few frames of C's stack. */
enum { DEPTH = 200 };

/* The longest message. The host has a limit of its own, usually lower. */
static const size_t MESSAGE_BYTES = 16u << 20;

/* Tuples up to this length are made at once; longer ones grow as their items come. */
enum { AT_ONCE = 64 };

struct writer {
    char *bytes;
    size_t len, room;
    PyObject *export;
};

static int
reserve(struct writer *w, size_t more)
{
    if (more > MESSAGE_BYTES - w->len) {
        PyErr_SetString(PyExc_ValueError, "the value is too large to cross: more than 16 MiB");
        return -1;
    }
    if (w->len + more > w->room) {
        size_t room = w->len + more + w->len / 2 + 256;
        char *bytes = PyMem_Realloc(w->bytes, room);
        if (bytes == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        w->bytes = bytes;
        w->room = room;
    }
    return 0;
}

static int
put(struct writer *w, char tag, const void *bytes, size_t len)
{
    if (reserve(w, len + 1) < 0) {
        return -1;
    }
    w->bytes[w->len] = tag;
    if (len > 0) {
        memcpy(w->bytes + w->len + 1, bytes, len);
    }
    w->len += len + 1;
    return 0;
}

static int
put_counted(struct writer *w, char tag, const void *bytes, Py_ssize_t len)
{
    uint32_t count = (uint32_t)len;
    if ((size_t)len > MESSAGE_BYTES) {
        return reserve(w, (size_t)len);
    }
    if (put(w, tag, &count, sizeof count) < 0 || reserve(w, (size_t)len) < 0) {
        return -1;
    }
    if (len > 0 && bytes != NULL) {
        memcpy(w->bytes + w->len, bytes, (size_t)len);
        w->len += (size_t)len;
    }
    return 0;
}

static int write_value(struct writer *w, PyObject *value, int depth);

static int
write_int(struct writer *w, PyObject *value)
{
    int overflow;
    int64_t small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        return put(w, 'i', &small, sizeof small);
    }
    int flags = Py_ASNATIVEBYTES_LITTLE_ENDIAN;
    Py_ssize_t len = PyLong_AsNativeBytes(value, NULL, 0, flags);
    if (len < 0 || put_counted(w, 'I', NULL, len) < 0) {
        return -1;
    }
    if (PyLong_AsNativeBytes(value, w->bytes + w->len, len, flags) < 0) {
        return -1;
    }
    w->len += (size_t)len;
    return 0;
}

static int
write_str(struct writer *w, PyObject *value)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(value, &len);
    if (text != NULL) {
        return put_counted(w, 's', text, len);
    }
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
        return -1;
    }
    PyErr_Clear();
    PyObject *bytes = PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass");
    if (bytes == NULL) {
        return -1;
    }
    int done = put_counted(w, 's', PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return done;
}

/* What `export` runs may change the container that is being written. */
static int
changed(void)
{
    PyErr_SetString(PyExc_ValueError, "the value changed while it was being sent");
    return -1;
}

static int
write_sequence(struct writer *w, char tag, PyObject *value, int depth)
{
    Py_ssize_t size = Py_SIZE(value);
    if (put_counted(w, tag, NULL, size) < 0) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        if (Py_SIZE(value) != size) {
            return changed();
        }
        PyObject *item = tag == 'l' ? PyList_GET_ITEM(value, i) : PyTuple_GET_ITEM(value, i);
        Py_INCREF(item);
        int done = write_value(w, item, depth);
        Py_DECREF(item);
        if (done < 0) {
            return -1;
        }
    }
    return 0;
}

static int
write_set(struct writer *w, char tag, PyObject *value, int depth)
{
    PyObject *items = PySequence_List(value);
    if (items == NULL) {
        return -1;
    }
    int done = put_counted(w, tag, NULL, PyList_GET_SIZE(items));
    for (Py_ssize_t i = 0; done == 0 && i < PyList_GET_SIZE(items); i++) {
        done = write_value(w, PyList_GET_ITEM(items, i), depth);
    }
    Py_DECREF(items);
    return done;
}

static int
write_dict(struct writer *w, PyObject *value, int depth)
{
    Py_ssize_t size = PyDict_GET_SIZE(value), position = 0, seen = 0;
    PyObject *key, *item;
    if (put_counted(w, 'm', NULL, size) < 0) {
        return -1;
    }
    while (PyDict_Next(value, &position, &key, &item)) {
        Py_INCREF(key);
        Py_INCREF(item);
        int done = seen++ == size ? changed() : write_value(w, key, depth);
        done = done < 0 ? done : write_value(w, item, depth);
        Py_DECREF(key);
        Py_DECREF(item);
        if (done < 0) {
            return -1;
        }
    }
    return seen == size ? 0 : changed();
}

static int
write_exported(struct writer *w, PyObject *value, int depth)
{
    PyObject *tuple = PyObject_CallOneArg(w->export, value);
    if (tuple == NULL) {
        return -1;
    }
    int done = -1;
    if (!PyTuple_CheckExact(tuple)) {
        PyErr_SetString(PyExc_TypeError, "`export` must return a tuple");
    }
    else if (put(w, 'X', NULL, 0) == 0) {
        done = write_value(w, tuple, depth);
    }
    Py_DECREF(tuple);
    return done;
}

static int
write_value(struct writer *w, PyObject *value, int depth)
{
    if (++depth > DEPTH) {
        PyErr_SetString(PyExc_ValueError, "the value nests too deeply to cross, or contains itself");
        return -1;
    }
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyLong_Type) {
        return write_int(w, value);
    }
    if (type == &PyUnicode_Type) {
        return write_str(w, value);
    }
    if (value == Py_None || value == Py_True || value == Py_False || value == Py_Ellipsis) {
        return put(w, value == Py_None ? 'N' : value == Py_True ? 'T' : value == Py_False ? 'F' : 'E', NULL, 0);
    }
    if (type == &PyFloat_Type) {
        double number = PyFloat_AS_DOUBLE(value);
        return put(w, 'd', &number, sizeof number);
    }
    if (type == &PyList_Type || type == &PyTuple_Type) {
        return write_sequence(w, type == &PyList_Type ? 'l' : 't', value, depth);
    }
    if (type == &PyDict_Type) {
        return write_dict(w, value, depth);
    }
    if (type == &PyBytes_Type) {
        return put_counted(w, 'b', PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
    }
    if (type == &PyByteArray_Type) {
        return put_counted(w, 'B', PyByteArray_AS_STRING(value), PyByteArray_GET_SIZE(value));
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        return write_set(w, type == &PySet_Type ? 'S' : 'Z', value, depth);
    }
    if (type == &PyComplex_Type) {
        Py_complex number = PyComplex_AsCComplex(value);
        double parts[2] = {number.real, number.imag};
        return put(w, 'c', parts, sizeof parts);
    }
    return write_exported(w, value, depth);
}

static PyObject *
wire_dumps(PyObject *module, PyObject *args)
{
    PyObject *value;
    struct writer w = {NULL, 0, 0, NULL};
    if (!PyArg_ParseTuple(args, "OO:dumps", &value, &w.export)) {
        return NULL;
    }
    PyObject *bytes = NULL;
    if (write_value(&w, value, 0) == 0) {
        bytes = PyBytes_FromStringAndSize(w.bytes, (Py_ssize_t)w.len);
    }
    PyMem_Free(w.bytes);
    return bytes;
}

struct reader {
    const char *next, *end;
    PyObject *resolve;
};

static PyObject *
malformed(void)
{
    PyErr_SetString(PyExc_ValueError, "the message is malformed");
    return NULL;
}

/* The next `len` bytes, or NULL with an exception. */
static const char *
take(struct reader *r, size_t len)
{
    if (len > (size_t)(r->end - r->next)) {
        malformed();
        return NULL;
    }
    const char *bytes = r->next;
    r->next += len;
    return bytes;
}

/* A length or a count: each item has a byte at least. */
static const char *
take_count(struct reader *r, uint32_t *count)
{
    const char *bytes = take(r, sizeof *count);
    if (bytes == NULL) {
        return NULL;
    }
    memcpy(count, bytes, sizeof *count);
    if (*count > (size_t)(r->end - r->next)) {
        malformed();
        return NULL;
    }
    return r->next;
}

static PyObject *read_value(struct reader *r, int depth);

static PyObject *
read_bytes(struct reader *r, char tag)
{
    uint32_t len;
    if (take_count(r, &len) == NULL) {
        return NULL;
    }
    const char *bytes = take(r, len);
    switch (tag) {
    case 's':
        return PyUnicode_DecodeUTF8(bytes, len, "surrogatepass");
    case 'b':
        return PyBytes_FromStringAndSize(bytes, len);
    case 'B':
        return PyByteArray_FromStringAndSize(bytes, len);
    default:
        return len == 0 ? malformed() : PyLong_FromNativeBytes(bytes, len, Py_ASNATIVEBYTES_LITTLE_ENDIAN);
    }
}

static PyObject *
read_list(struct reader *r, uint32_t count, int depth)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && i < count; i++) {
        PyObject *item = read_value(r, depth);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *
read_tuple(struct reader *r, uint32_t count, int depth)
{
    if (count > AT_ONCE) {
        PyObject *list = read_list(r, count, depth);
        PyObject *tuple = list == NULL ? NULL : PyList_AsTuple(list);
        Py_XDECREF(list);
        return tuple;
    }
    PyObject *items[AT_ONCE];
    uint32_t read = 0;
    while (read < count && (items[read] = read_value(r, depth)) != NULL) {
        read++;
    }
    PyObject *tuple = read < count ? NULL : PyTuple_New(count);
    for (uint32_t i = 0; i < read; i++) {
        if (tuple != NULL) {
            PyTuple_SET_ITEM(tuple, i, items[i]);
        }
        else {
            Py_DECREF(items[i]);
        }
    }
    return tuple;
}

static PyObject *
read_set(struct reader *r, char tag, uint32_t count, int depth)
{
    PyObject *list = read_list(r, count, depth);
    PyObject *set = list == NULL ? NULL : tag == 'S' ? PySet_New(list) : PyFrozenSet_New(list);
    Py_XDECREF(list);
    return set;
}

static PyObject *
read_dict(struct reader *r, uint32_t count, int depth)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict != NULL && i < count; i++) {
        PyObject *key = read_value(r, depth);
        PyObject *item = key == NULL ? NULL : read_value(r, depth);
        if (item == NULL || PyDict_SetItem(dict, key, item) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(key);
        Py_XDECREF(item);
    }
    return dict;
}

static PyObject *
read_container(struct reader *r, char tag, int depth)
{
    uint32_t count;
    if (take_count(r, &count) == NULL) {
        return NULL;
    }
    switch (tag) {
    case 'l':
        return read_list(r, count, depth);
    case 't':
        return read_tuple(r, count, depth);
    case 'm':
        return read_dict(r, count, depth);
    default:
        return read_set(r, tag, count, depth);
    }
}

static PyObject *
read_number(struct reader *r, char tag)
{
    double parts[2] = {0, 0};
    int64_t small;
    const char *bytes = take(r, tag == 'c' ? sizeof parts : sizeof small);
    if (bytes == NULL) {
        return NULL;
    }
    if (tag == 'i') {
        memcpy(&small, bytes, sizeof small);
        return PyLong_FromLongLong(small);
    }
    memcpy(parts, bytes, tag == 'c' ? sizeof parts : sizeof *parts);
    return tag == 'c' ? PyComplex_FromDoubles(parts[0], parts[1]) : PyFloat_FromDouble(parts[0]);
}

static PyObject *
read_exported(struct reader *r, int depth)
{
    PyObject *tuple = read_value(r, depth);
    if (tuple == NULL) {
        return NULL;
    }
    PyObject *value = PyTuple_CheckExact(tuple) ? PyObject_CallOneArg(r->resolve, tuple) : malformed();
    Py_DECREF(tuple);
    return value;
}

static PyObject *
read_value(struct reader *r, int depth)
{
    const char *tag = take(r, 1);
    if (tag == NULL || ++depth > DEPTH) {
        return tag == NULL ? NULL : malformed();
    }
    switch (*tag) {
    case 'N':
        return Py_NewRef(Py_None);
    case 'T':
        return Py_NewRef(Py_True);
    case 'F':
        return Py_NewRef(Py_False);
    case 'E':
        return Py_NewRef(Py_Ellipsis);
    case 'i':
    case 'd':
    case 'c':
        return read_number(r, *tag);
    case 's':
    case 'b':
    case 'B':
    case 'I':
        return read_bytes(r, *tag);
    case 'l':
    case 't':
    case 'm':
    case 'S':
    case 'Z':
        return read_container(r, *tag, depth);
    case 'X':
        return read_exported(r, depth);
    default:
        return malformed();
    }
}

static PyObject *
wire_loads(PyObject *module, PyObject *args)
{
    PyObject *data;
    struct reader r;
    Py_ssize_t start = 0;
    if (!PyArg_ParseTuple(args, "SO|n:loads", &data, &r.resolve, &start)) {
        return NULL;
    }
    if (start < 0 || start > PyBytes_GET_SIZE(data)) {
        return malformed();
    }
    r.next = PyBytes_AS_STRING(data) + start;
    r.end = PyBytes_AS_STRING(data) + PyBytes_GET_SIZE(data);
    PyObject *value = read_value(&r, 0);
    if (value != NULL && r.next != r.end) {
        Py_DECREF(value);
        return malformed();
    }
    return value;
}

static PyMethodDef methods[] = {
    {"dumps", wire_dumps, METH_VARARGS, PyDoc_STR("dumps(value, export) -> bytes")},
    {"loads", wire_loads, METH_VARARGS, PyDoc_STR("loads(data, resolve, start=0) -> value")},
    {NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_croquant_wire",
    .m_doc = PyDoc_STR("Values as bytes, between two sessions of which one does not trust the other."),
    .m_size = -1,
    .m_methods = methods,
};

PyObject *
croquant_wire_init(void)
{
    return PyModule_Create(&definition);
}
