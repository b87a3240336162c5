/* The records that begin a session. What an image holds is a session at rest in kernel mode with no arguments: begin changes only
   what differs, because every page it touches is a page that the session owns. */
#include "shim.h"

#include "../memfs/memfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum session_mode croquant_mode = MODE_KERNEL;
struct croquant_streams croquant_streams;
int croquant_given;

enum record {
    RECORD_ARG = 1,
    RECORD_ENV = 2,
    RECORD_CWD = 3,
    RECORD_MOUNT = 4,
    RECORD_FILE = 5,
    RECORD_STDIO = 6,
    RECORD_MODE = 7,
    RECORD_OPEN_FILES = 8,
    RECORD_FILES = 9,
};

/* A copy of a record's bytes that ends in a zero; freed by the caller. */
static char *
text_of(const unsigned char *bytes, size_t len)
{
    char *text = malloc(len + 1);
    if (text != NULL) {
        memcpy(text, bytes, len);
        text[len] = '\0';
    }
    return text;
}

static int
add_argument(PyObject *arguments, const unsigned char *bytes, size_t len)
{
    PyObject *text = PyUnicode_DecodeFSDefaultAndSize((const char *)bytes, (Py_ssize_t)len);
    int status = text == NULL ? -1 : PyList_Append(arguments, text);
    Py_XDECREF(text);
    return status < 0 ? ENOMEM : 0;
}

static int
set_variable(const unsigned char *bytes, size_t len)
{
    const unsigned char *equals = memchr(bytes, '=', len);
    if (equals == NULL || equals == bytes || memchr(bytes, '\0', len) != NULL) {
        return EINVAL;
    }
    size_t name_len = (size_t)(equals - bytes);
    char *name = text_of(bytes, name_len), *value = text_of(equals + 1, len - name_len - 1);
    int status = ENOMEM;
    if (name != NULL && value != NULL && setenv(name, value, 1) == 0) {
        PyObject *key = PyBytes_FromString(name), *item = PyBytes_FromString(value);
        if (key != NULL && item != NULL && PyDict_SetItem(croquant_streams.environ_data, key, item) == 0) {
            status = 0;
        }
        Py_XDECREF(key);
        Py_XDECREF(item);
    }
    free(name);
    free(value);
    return status;
}

static int
set_folder(const unsigned char *bytes, size_t len)
{
    if (len == 0 || bytes[0] != '/') {
        return EINVAL;
    }
    if (len == strlen(CROQUANT_HOME) && memcmp(bytes, CROQUANT_HOME, len) == 0) {
        return 0; /* where the image is at rest */
    }
    char *path = text_of(bytes, len);
    if (path == NULL) {
        return ENOMEM;
    }
    int status = 0;
    if (chdir(path) != 0) {
        status = memfs_make_dirs(path);
        if (status == 0 && chdir(path) != 0) {
            status = errno;
        }
    }
    free(path);
    return status;
}

static int
add_mount(int host_fd, const unsigned char *bytes, size_t len)
{
    if (len < 2 || bytes[1] != '/') {
        return EINVAL;
    }
    char *path = text_of(bytes + 1, len - 1);
    if (path == NULL) {
        return ENOMEM;
    }
    int status = memfs_mount(path, host_fd, (bytes[0] & 1) != 0);
    free(path);
    return status;
}

static int
add_file(const unsigned char *bytes, size_t len)
{
    const unsigned char *end = memchr(bytes, '\0', len);
    if (end == NULL || bytes[0] != '/') {
        return EINVAL;
    }
    size_t path_len = (size_t)(end - bytes);
    return memfs_write_file((const char *)bytes, end + 1, len - path_len - 1);
}

/* Programs have their streams as `python` gives them; a terminal session reads its own stdin. */
static int
set_mode(enum session_mode mode, unsigned terminals)
{
    croquant_mode = mode;
    if (mode == MODE_KERNEL) {
        return 0;
    }
    struct croquant_streams *s = &croquant_streams;
    if (PySys_SetObject("stdin", s->real_stdin) < 0 || PySys_SetObject("displayhook", s->plain_hook) < 0
        || PyDict_SetItemString(PyEval_GetBuiltins(), "input", s->real_input) < 0) {
        return ENOMEM;
    }
    if (mode == MODE_PROGRAM && (terminals & 2) == 0) {
        /* Into a pipe or a file `python` writes by the block. */
        PyObject *reconfigure = PyObject_GetAttrString(PySys_GetObject("stdout"), "reconfigure");
        PyObject *keywords = Py_BuildValue("{s:O}", "line_buffering", Py_False);
        PyObject *done = NULL;
        if (reconfigure != NULL && keywords != NULL) {
            done = PyObject_VectorcallDict(reconfigure, NULL, 0, keywords);
        }
        Py_XDECREF(reconfigure);
        Py_XDECREF(keywords);
        if (done == NULL) {
            return EIO;
        }
        Py_DECREF(done);
    }
    return 0;
}

/* The state of `random.Random`, as Modules/_randommodule.c has it. */
struct random_state {
    PyObject_HEAD
    int index;
    uint32_t words[624];
};

/* Gives the captured generator a state of its own: a seed, which is stretched when a number is drawn
   (../patches/random-at-first-use.patch). */
int
croquant_reseed_random(void)
{
    struct random_state *state = (struct random_state *)croquant_streams.random;
    uint32_t seed[8];
    if (getentropy(seed, sizeof seed) != 0) {
        return errno;
    }
    memcpy(state->words, seed, sizeof seed);
    state->index = 625;
    return 0;
}

/* A kernel imports from its working folder: modules that it was given come before the standard library's, loaded or not. */
static int
unload_shadowed(void)
{
    PyObject *unload = croquant_guest_function("_croquant.program.unload_shadowed");
    PyObject *done = unload == NULL ? NULL : PyObject_CallFunction(unload, "s", "");
    Py_XDECREF(unload);
    Py_XDECREF(done);
    return done == NULL ? ENOMEM : 0;
}

int
croquant_begin_session(const unsigned char *records, size_t len)
{
    enum session_mode mode = MODE_KERNEL;
    unsigned terminals = 0;
    int mounts = 0, files = 0;
    PyObject *arguments = NULL;
    int status = croquant_reseed_random();
    const unsigned char *at = records, *end = records + len;
    while (status == 0 && at < end) {
        uint32_t size;
        if (end - at < 5) {
            return EINVAL;
        }
        enum record tag = at[0];
        memcpy(&size, at + 1, sizeof size);
        at += 5;
        if (size > (size_t)(end - at)) {
            return EINVAL;
        }
        switch (tag) {
        case RECORD_ARG:
            if (arguments == NULL && (arguments = PyList_New(0)) == NULL) {
                return ENOMEM;
            }
            status = add_argument(arguments, at, size);
            break;
        case RECORD_ENV:
            status = set_variable(at, size);
            break;
        case RECORD_CWD:
            status = set_folder(at, size);
            break;
        case RECORD_MOUNT:
            status = add_mount(3 + mounts++, at, size);
            break;
        case RECORD_FILE:
            status = add_file(at, size);
            files++;
            break;
        case RECORD_STDIO:
            if (size != 1) {
                return EINVAL;
            }
            terminals = at[0];
            memfs_set_stdio(terminals);
            break;
        case RECORD_MODE:
            if (size != 1 || at[0] > MODE_TERMINAL) {
                return EINVAL;
            }
            mode = at[0];
            break;
        case RECORD_OPEN_FILES:
        case RECORD_FILES: {
            uint32_t limit;
            if (size != sizeof limit) {
                return EINVAL;
            }
            memcpy(&limit, at, sizeof limit);
            (tag == RECORD_FILES ? memfs_set_file_limit : memfs_set_open_limit)(limit);
            break;
        }
        default:
            return EINVAL;
        }
        at += size;
    }
    if (status == 0 && arguments != NULL && PySys_SetObject("argv", arguments) < 0) {
        status = ENOMEM;
    }
    Py_XDECREF(arguments);
    if (status == 0) {
        status = set_mode(mode, terminals);
    }
    croquant_given = mounts > 0 ? -1 : files;
    if (status == 0 && mode != MODE_PROGRAM && mounts + files > 0) {
        status = unload_shadowed();
    }
    PyErr_Clear();
    return status;
}
