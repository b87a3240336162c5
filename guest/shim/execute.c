/* Cells: compile, run in `__main__`, report. */
#include "shim.h"

#include "internal/pycore_ast.h"
#include "internal/pycore_compile.h"
#include "internal/pycore_parser.h"
#include "internal/pycore_pyarena.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pylifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The sources of the cells so far, for tracebacks and `inspect`: cell n is number n - 1 here. */
static struct cell {
    char *source;
    size_t len;
} *cells;
static unsigned cell_count, cell_room;

/* `from __future__ import …` holds for the cells that follow, as at Python's prompt. */
#define CELL_COMPILER_FLAGS (PyCF_ALLOW_TOP_LEVEL_AWAIT | PyCF_IGNORE_COOKIE)
static PyCompilerFlags compiler_flags = {.cf_flags = CELL_COMPILER_FLAGS, .cf_feature_version = PY_MINOR_VERSION};

/* Names of cells that every session needs, made once: their strings are part of the image. */
enum { NAMED_CELLS = 64 };
static PyObject *cell_names[NAMED_CELLS];

void
croquant_rest_cells(void)
{
    while (cell_count > 0) {
        free(cells[--cell_count].source);
    }
    compiler_flags.cf_flags = CELL_COMPILER_FLAGS;
    croquant_count = 0;
    for (int i = 0; i < NAMED_CELLS; i++) {
        PyObject *name = PyUnicode_FromFormat("<cell %d>", i + 1);
        PyUnicode_InternInPlace(&name);
        cell_names[i] = name;
    }
}

/* The name of the newest cell (new reference). */
static PyObject *
cell_name(void)
{
    PyObject *name = cell_count <= NAMED_CELLS ? cell_names[cell_count - 1] : NULL;
    return name != NULL ? Py_NewRef(name) : PyUnicode_FromFormat("<cell %u>", cell_count);
}

static int
remember_cell(const char *source, size_t len)
{
    if (cell_count == cell_room) {
        unsigned room = cell_room * 2 + 64;
        struct cell *more = realloc(cells, room * sizeof *more);
        if (more == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        cells = more;
        cell_room = room;
    }
    char *copy = malloc(len + 1);
    if (copy == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(copy, source, len);
    copy[len] = '\0';
    cells[cell_count++] = (struct cell){copy, len};
    return 0;
}

/* cell_source(number) -> str, or None. */
PyObject *
croquant_cell_source(PyObject *module, PyObject *number)
{
    long n = PyLong_AsLong(number);
    if (n == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (n < 1 || (unsigned long)n > cell_count) {
        Py_RETURN_NONE;
    }
    return PyUnicode_DecodeUTF8(cells[n - 1].source, (Py_ssize_t)cells[n - 1].len, "replace");
}

/* Runs code on the session's event loop if it awaits at its top level. Returns 0, or -1 with an exception. */
static int
run_code(PyCodeObject *code, PyObject *globals)
{
    PyObject *result = PyEval_EvalCode((PyObject *)code, globals, globals);
    if (result != NULL && (code->co_flags & CO_COROUTINE) != 0) {
        PyObject *run = croquant_guest_function("_croquant.loop.run_cell");
        Py_SETREF(result, run == NULL ? NULL : PyObject_CallOneArg(run, result));
        Py_XDECREF(run);
    }
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Splits a cell as notebooks do: statements, then a last expression whose value is shown. A tree of its own for the second part;
   `tree` keeps the first, or becomes NULL when there is nothing before the expression. */
static mod_ty
split_last_expression(mod_ty *tree, PyArena *arena)
{
    asdl_stmt_seq *body = (*tree)->v.Module.body;
    Py_ssize_t count = asdl_seq_LEN(body);
    if (count == 0 || asdl_seq_GET(body, count - 1)->kind != Expr_kind) {
        return NULL;
    }
    asdl_stmt_seq *last = _Py_asdl_stmt_seq_new(1, arena);
    if (last == NULL) {
        return NULL;
    }
    asdl_seq_SET(last, 0, asdl_seq_GET(body, count - 1));
    body->size = count - 1;
    if (count == 1) {
        *tree = NULL;
    }
    return _PyAST_Interactive(last, arena);
}

static int
run_source(const char *source, PyObject *filename)
{
    PyArena *arena = _PyArena_New();
    if (arena == NULL) {
        return -1;
    }
    int status = -1;
    PyObject *globals = croquant_streams.globals;
    mod_ty tree = _PyParser_ASTFromString(source, filename, Py_file_input, &compiler_flags, arena);
    if (tree == NULL) {
        goto done;
    }
    mod_ty last = NULL;
    if (croquant_single) {
        /* Not `Py_single_input`: that refuses comments alone and more than one statement, which a prompt takes line by line. */
        tree = _PyAST_Interactive(tree->v.Module.body, arena);
    }
    else {
        last = split_last_expression(&tree, arena);
    }
    if (PyErr_Occurred()) {
        goto done;
    }
    /* The expression is compiled before the statements run: an error in it means that nothing has happened yet. */
    PyCodeObject *code = NULL;
    PyCodeObject *shown = NULL;
    if (tree != NULL && (code = _PyAST_Compile(tree, filename, &compiler_flags, -1, arena)) == NULL) {
        goto done;
    }
    if (last != NULL && (shown = _PyAST_Compile(last, filename, &compiler_flags, -1, arena)) == NULL) {
        Py_XDECREF(code);
        goto done;
    }
    _PyArena_Free(arena); /* before the code runs: it may run long, and need the memory */
    arena = NULL;
    status = code != NULL ? run_code(code, globals) : 0;
    Py_XDECREF(code);
    if (status == 0 && shown != NULL) {
        status = run_code(shown, globals);
    }
    Py_XDECREF(shown);
done:
    if (arena != NULL) {
        _PyArena_Free(arena);
    }
    return status;
}

void
croquant_flush(void)
{
    PyObject *pending = PyErr_GetRaisedException();
    static const char *const names[] = {"stderr", "stdout"};
    for (int i = 0; i < 2; i++) {
        PyObject *stream = PySys_GetObject(names[i]); /* borrowed */
        if (stream != NULL && stream != Py_None) {
            Py_INCREF(stream);
            PyObject *done = PyObject_CallMethod(stream, "flush", NULL);
            Py_XDECREF(done);
            Py_DECREF(stream);
        }
        PyErr_Clear();
    }
    PyErr_SetRaisedException(pending);
}

/* What `python` leaves behind after an error at its prompt. */
static void
set_last_exception(PyObject *exception)
{
    PyObject *traceback = PyException_GetTraceback(exception);
    if (PySys_SetObject("last_exc", exception) < 0 || PySys_SetObject("last_type", (PyObject *)Py_TYPE(exception)) < 0
        || PySys_SetObject("last_value", exception) < 0
        || PySys_SetObject("last_traceback", traceback != NULL ? traceback : Py_None) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(traceback);
}

int
croquant_report(void)
{
    int code;
    if (_Py_HandleSystemExit(&code)) {
        croquant_flush();
        croquant_emit_exit(code & 0xff);
        return STATUS_EXITED;
    }
    PyObject *exception = PyErr_GetRaisedException();
    /* An exception keeps the variables of its frames: after a MemoryError the next cell needs what they hold. */
    if (!PyErr_GivenExceptionMatches(exception, PyExc_MemoryError)) {
        set_last_exception(exception);
    }
    croquant_flush();
    PyObject *report = croquant_guest_function("_croquant.errors.report");
    PyObject *done = report == NULL ? NULL : PyObject_CallOneArg(report, exception);
    if (done == NULL) {
        PyErr_Clear();
        croquant_emit_error(Py_TYPE(exception)->tp_name, "the error cannot be shown: describing it failed");
    }
    Py_XDECREF(done);
    Py_XDECREF(report);
    Py_DECREF(exception);
    return STATUS_RAISED;
}

int
croquant_run_cell(const char *source, size_t len, uint32_t flags)
{
    croquant_silent = (flags & CELL_SILENT) != 0;
    croquant_single = (flags & CELL_SINGLE) != 0;
    int counted = (flags & (CELL_SILENT | CELL_NO_HISTORY)) == 0;
    croquant_count += (uint32_t)counted;

    int status = -1;
    PyObject *filename = NULL;
    if (strlen(source) != len) {
        PyErr_SetString(PyExc_SyntaxError, "source code cannot contain null bytes");
    }
    else if (remember_cell(source, len) == 0) {
        filename = cell_name();
        if (filename != NULL) {
            status = run_source(source, filename);
        }
    }
    int outcome = status == 0 ? STATUS_DONE : croquant_report();
    Py_XDECREF(filename);
    croquant_flush();
    return outcome;
}
