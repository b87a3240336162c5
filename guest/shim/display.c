/* Results of cells, and the JSON of the messages that C writes by itself. */
#include "shim.h"


#include <stdio.h>
#include <string.h>

uint32_t croquant_count;
int croquant_silent;
int croquant_single;

struct text {
    char *at;
    size_t len, room;
    int failed; /* no memory: what follows is dropped */
};

static void
put(struct text *out, const char *bytes, size_t len)
{
    if (out->len + len > out->room) {
        size_t room = (out->len + len) * 2 + 256;
        char *at = PyMem_Realloc(out->at, room);
        if (at == NULL) {
            out->failed = 1;
            return;
        }
        out->at = at;
        out->room = room;
    }
    memcpy(out->at + out->len, bytes, len);
    out->len += len;
}

static void
put_plain(struct text *out, const char *text)
{
    put(out, text, strlen(text));
}

static void
put_quoted(struct text *out, const char *bytes, size_t len)
{
    put(out, "\"", 1);
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        put(out, bytes + start, i - start);
        char escape[8];
        if (c == '\n') {
            strcpy(escape, "\\n");
        }
        else if (c < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
        }
        else {
            escape[0] = '\\', escape[1] = (char)c, escape[2] = '\0';
        }
        put_plain(out, escape);
        start = i + 1;
    }
    put(out, bytes + start, len - start);
    put(out, "\"", 1);
}

static void
send(enum emit_kind kind, struct text *out)
{
    if (!out->failed) {
        croquant_host_emit(kind, out->at, (uint32_t)out->len);
    }
    PyMem_Free(out->at);
}

void
croquant_emit_exit(int code)
{
    char json[32];
    int len = snprintf(json, sizeof json, "{\"code\": %d}", code);
    croquant_host_emit(EMIT_EXIT, json, (uint32_t)len);
}

void
croquant_emit_error(const char *ename, const char *evalue)
{
    struct text out = {0};
    put_plain(&out, "{\"ename\": ");
    put_quoted(&out, ename, strlen(ename));
    put_plain(&out, ", \"evalue\": ");
    put_quoted(&out, evalue, strlen(evalue));
    put_plain(&out, ", \"traceback\": [");
    struct text line = {0};
    put_plain(&line, ename);
    put_plain(&line, ": ");
    put_plain(&line, evalue);
    if (!line.failed) {
        put_quoted(&out, line.at, line.len);
    }
    PyMem_Free(line.at);
    put_plain(&out, "]}");
    send(EMIT_ERROR, &out);
}

static int
emit_text_result(PyObject *value)
{
    PyObject *repr = PyObject_Repr(value);
    if (repr == NULL) {
        return -1;
    }
    /* Lone surrogates have no UTF-8: show their escapes. */
    PyObject *utf8 = PyUnicode_AsEncodedString(repr, "utf-8", "backslashreplace");
    Py_DECREF(repr);
    if (utf8 == NULL) {
        return -1;
    }
    char head[64];
    snprintf(head, sizeof head, "{\"execution_count\": %u, \"data\": {\"text/plain\": ", (unsigned)croquant_count);
    struct text out = {0};
    put_plain(&out, head);
    put_quoted(&out, PyBytes_AS_STRING(utf8), (size_t)PyBytes_GET_SIZE(utf8));
    Py_DECREF(utf8);
    put_plain(&out, "}, \"metadata\": {}}");
    croquant_flush();
    send(EMIT_EXECUTE_RESULT, &out);
    return 0;
}

/* Values of the programs' own classes may have `_repr_html_` and its like: that is looked up in Python. */
static int
emit_rich_result(PyObject *value)
{
    PyObject *show = croquant_guest_function("_croquant.rich.emit_result");
    if (show == NULL) {
        return -1;
    }
    PyObject *done = PyObject_CallFunction(show, "OI", value, (unsigned)croquant_count);
    Py_DECREF(show);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

/* `_`, `__` and `___`: the last three results, in builtins, where Python's own prompt keeps `_`. A prompt keeps that one alone:
   lessons about what dies with its last reference must come out as they do there. */
static int
remember(PyObject *value)
{
    static const char *const names[] = {"___", "__", "_"};
    PyObject *builtins = PyEval_GetBuiltins();
    for (int i = 0; i < 2 && !croquant_single; i++) {
        PyObject *newer;
        if (PyDict_GetItemStringRef(builtins, names[i + 1], &newer) < 0) {
            return -1;
        }
        int failed = newer != NULL && PyDict_SetItemString(builtins, names[i], newer) < 0;
        Py_XDECREF(newer);
        if (failed) {
            return -1;
        }
    }
    return PyDict_SetItemString(builtins, "_", value);
}

PyObject *
croquant_displayhook(PyObject *module, PyObject *value)
{
    if (value == Py_None || croquant_silent) {
        Py_RETURN_NONE;
    }
    int plain = (Py_TYPE(value)->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0;
    if ((plain ? emit_text_result(value) : emit_rich_result(value)) < 0 || remember(value) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}
