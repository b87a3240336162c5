/* `_croquant_host`: the built-in module through which the package `_croquant` reaches the host and the image. */
#include "shim.h"

#include "../memfs/memfs.h"

#include <fcntl.h>
#include <string.h>

/* input(prompt, password) -> str, without the newline. Waits for the reader. */
static PyObject *
host_input(PyObject *module, PyObject *args)
{
    const char *prompt;
    Py_ssize_t prompt_len;
    int password;
    if (!PyArg_ParseTuple(args, "s#p:input", &prompt, &prompt_len, &password)) {
        return NULL;
    }
    croquant_flush();
    for (;;) {
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
        int32_t len = croquant_host_input(prompt, (uint32_t)prompt_len, (uint32_t)password);
        if (len >= 0) {
            PyObject *bytes = PyBytes_FromStringAndSize(NULL, len);
            if (bytes == NULL) {
                return NULL;
            }
            croquant_host_take(PyBytes_AS_STRING(bytes));
            PyObject *line = PyUnicode_DecodeUTF8(PyBytes_AS_STRING(bytes), len, "replace");
            Py_DECREF(bytes);
            return line;
        }
        switch (len) {
        case HOST_EINTR:
            break; /* if a handler of the program's own deals with it: ask again */
        case HOST_ENOTSUP:
            PyErr_SetString(PyExc_EOFError, "input() was called, but nobody can answer here");
            return NULL;
        default:
            PyErr_SetString(PyExc_EOFError, "EOF when reading a line");
            return NULL;
        }
    }
}

/* exchange(message) -> the next message of the session on the other side. */
static PyObject *
host_exchange(PyObject *module, PyObject *message)
{
    if (!PyBytes_CheckExact(message)) {
        PyErr_SetString(PyExc_TypeError, "a message is bytes");
        return NULL;
    }
    croquant_flush();
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    int32_t len = croquant_host_exchange(PyBytes_AS_STRING(message), (uint32_t)PyBytes_GET_SIZE(message));
    if (len >= 0) {
        PyObject *bytes = PyBytes_FromStringAndSize(NULL, len);
        if (bytes != NULL) {
            croquant_host_take(PyBytes_AS_STRING(bytes));
        }
        return bytes;
    }
    /* What was sent cannot be sent again: whoever is interrupted here has lost the other side. */
    if (len != HOST_EINTR || PyErr_CheckSignals() == 0) {
        PyErr_SetString(PyExc_EOFError, len == HOST_ENOTSUP ? "there is no session on the other side" : "the session on the other side has ended");
    }
    return NULL;
}

/* wait(seconds): sleeps until then, or until a signal was handled; unlike time.sleep it is not resumed after that. */
static PyObject *
host_wait(PyObject *module, PyObject *seconds)
{
    double duration = PyFloat_AsDouble(seconds);
    if (duration == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    int64_t ns = duration < 0 ? 0 : duration > 1e9 ? INT64_MAX : (int64_t)(duration * 1e9) + 1;
    if ((croquant_is_signalled() || croquant_host_sleep(ns) != 0) && PyErr_CheckSignals() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* fcntl(fd, command, argument) -> int */
static PyObject *
host_fcntl(PyObject *module, PyObject *args)
{
    int fd, command, argument;
    if (!PyArg_ParseTuple(args, "iii:fcntl", &fd, &command, &argument)) {
        return NULL;
    }
    int result = fcntl(fd, command, argument);
    return result < 0 ? PyErr_SetFromErrno(PyExc_OSError) : PyLong_FromLong(result);
}

/* umask(mask) -> the mask before */
static PyObject *
host_umask(PyObject *module, PyObject *mask)
{
    int bits = PyLong_AsInt(mask);
    return bits == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(memfs_umask((unsigned)bits));
}

/* memory() -> bytes of linear memory, which only grows. */
static PyObject *
host_memory(PyObject *module, PyObject *none)
{
    return PyLong_FromSize_t(__builtin_wasm_memory_size(0) << 16);
}

/* open_limit() -> how many descriptors there may be */
static PyObject *
host_open_limit(PyObject *module, PyObject *none)
{
    return PyLong_FromLong(memfs_open_limit());
}

/* emit(kind, json): a message to the host. Text that was printed before goes out first. */
static PyObject *
host_emit(PyObject *module, PyObject *args)
{
    unsigned int kind;
    const char *json;
    Py_ssize_t len;
    if (!PyArg_ParseTuple(args, "Is#:emit", &kind, &json, &len)) {
        return NULL;
    }
    croquant_flush();
    croquant_host_emit(kind, json, (uint32_t)len);
    Py_RETURN_NONE;
}

/* mode() -> 0 program, 1 kernel, 2 terminal. */
static PyObject *
host_mode(PyObject *module, PyObject *none)
{
    return PyLong_FromLong(croquant_mode);
}

/* reseed(): new numbers for the generator behind `random`. */
static PyObject *
host_reseed(PyObject *module, PyObject *none)
{
    errno = croquant_reseed_random();
    return errno == 0 ? Py_NewRef(Py_None) : PyErr_SetFromErrno(PyExc_OSError);
}

/* keep(**streams): what `begin` chooses from, handed over once while the image is made. */
static PyObject *
host_keep(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"kernel_stdin", "kernel_input", "environ_data", "random", "functions", NULL};
    struct croquant_streams *s = &croquant_streams;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOO!:keep", names, &s->kernel_stdin, &s->kernel_input, &s->environ_data,
                                     &s->random, &PyDict_Type, &s->functions)) {
        return NULL;
    }
    Py_INCREF(s->kernel_stdin);
    Py_INCREF(s->kernel_input);
    Py_INCREF(s->environ_data);
    Py_INCREF(s->random);
    Py_INCREF(s->functions);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"input", host_input, METH_VARARGS, PyDoc_STR("input(prompt, password) -> the reader's line")},
    {"emit", host_emit, METH_VARARGS, PyDoc_STR("emit(kind, json): send a message to the host")},
    {"exchange", host_exchange, METH_O, PyDoc_STR("exchange(message) -> the other side's next message")},
    {"wait", host_wait, METH_O, PyDoc_STR("wait(seconds): sleep, but no longer than until a signal")},
    {"mode", host_mode, METH_NOARGS, PyDoc_STR("mode() -> 0 program, 1 kernel, 2 terminal")},
    {"source", croquant_source, METH_O, PyDoc_STR("source(name) -> bytes of a frozen module's file, or None")},
    {"frozen_names", croquant_frozen_names, METH_NOARGS, PyDoc_STR("frozen_names() -> {name: is package}")},
    {"cell_source", croquant_cell_source, METH_O, PyDoc_STR("cell_source(number) -> str, or None")},
    {"displayhook", croquant_displayhook, METH_O, PyDoc_STR("show the value of an expression")},
    {"fcntl", host_fcntl, METH_VARARGS, PyDoc_STR("fcntl(fd, command, argument) -> int")},
    {"umask", host_umask, METH_O, PyDoc_STR("Set the current numeric umask and return the previous umask.")},
    {"memory", host_memory, METH_NOARGS, PyDoc_STR("memory() -> bytes of linear memory, which only grows")},
    {"open_limit", host_open_limit, METH_NOARGS, PyDoc_STR("open_limit() -> how many descriptors there may be")},
    {"reseed", host_reseed, METH_NOARGS, PyDoc_STR("reseed(): new numbers for the generator behind `random`")},
    {"keep", (PyCFunction)(void (*)(void))host_keep, METH_VARARGS | METH_KEYWORDS, PyDoc_STR("for the image's making only")},
    {NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_croquant_host",
    .m_doc = PyDoc_STR("Croquant's host and image, as seen from Python."),
    .m_size = -1,
    .m_methods = methods,
};

PyObject *
croquant_module_init(void)
{
    return PyModule_Create(&definition);
}

PyObject *
croquant_guest_function(const char *name)
{
    PyObject *functions = croquant_streams.functions;
    PyObject *function = functions == NULL ? NULL : PyDict_GetItemString(functions, name);
    if (function == NULL) {
        return PyErr_Format(PyExc_SystemError, "the image has no function `%s`", name);
    }
    return Py_NewRef(function);
}
