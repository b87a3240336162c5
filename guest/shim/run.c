/* A program, as `python` runs it: file, folder or zip, `-c`, `-m`, or stdin; then the end of the interpreter as a program sees it. */
#include "shim.h"

#include "internal/pycore_ast.h"
#include "internal/pycore_compile.h"
#include "internal/pycore_fileutils.h"
#include "internal/pycore_import.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_parser.h"
#include "internal/pycore_pyarena.h"
#include "internal/pycore_pylifecycle.h"
#include "internal/pycore_pystate.h"

#include <marshal.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an uncaught KeyboardInterrupt ends with: the shell's number for death by SIGINT. */
#define EXIT_INTERRUPTED (128 + SIGINT)
#define EXIT_FLUSH_FAILED 120

/* Prints the pending exception as `python` does at its end. Returns the exit code. */
static int
print_error(void)
{
    int code;
    if (_Py_HandleSystemExit(&code)) {
        return code;
    }
    int interrupted = PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);
    croquant_flush();
    PyErr_Print();
    return interrupted ? EXIT_INTERRUPTED : 1;
}

/* A fresh `__main__`: the captured one is part of the image and would not die when the program ends. Borrowed: sys.modules holds it. */
static PyObject *
new_main(void)
{
    PyObject *module = PyModule_New("__main__");
    PyObject *loader = PyImport_ImportModule("_frozen_importlib");
    PyObject *importer = loader == NULL ? NULL : PyObject_GetAttrString(loader, "BuiltinImporter");
    PyObject *annotations = PyDict_New();
    PyObject *dict = module == NULL ? NULL : PyModule_GetDict(module);
    int failed = dict == NULL || importer == NULL || annotations == NULL
        || PyDict_SetItemString(dict, "__annotations__", annotations) < 0
        || PyDict_SetItemString(dict, "__builtins__", PyImport_AddModule("builtins")) < 0
        || PyDict_SetItemString(dict, "__loader__", importer) < 0
        || PyDict_SetItemString(PyImport_GetModuleDict(), "__main__", module) < 0;
    Py_XDECREF(annotations);
    Py_XDECREF(importer);
    Py_XDECREF(loader);
    Py_XDECREF(module);
    return failed ? NULL : dict;
}

/* Runs a tree in `__main__`; the arena is freed before the program starts. */
static int
run_tree(mod_ty tree, PyObject *filename, PyCompilerFlags *flags, PyArena *arena, PyObject *globals, PyObject *source)
{
    PyCodeObject *code = tree == NULL ? NULL : _PyAST_Compile(tree, filename, flags, -1, arena);
    _PyArena_Free(arena);
    if (code == NULL) {
        return print_error();
    }
    if (source != NULL) {
        PyObject *keep = croquant_guest_function("linecache._register_code");
        PyObject *kept = keep == NULL ? NULL : PyObject_CallFunction(keep, "OOO", code, source, filename);
        Py_XDECREF(keep);
        Py_XDECREF(kept);
        PyErr_Clear();
    }
    PyObject *value = PyEval_EvalCode((PyObject *)code, globals, globals);
    Py_DECREF(code);
    if (value == NULL) {
        return print_error();
    }
    Py_DECREF(value);
    return 0;
}

static int
run_stream(FILE *stream, PyObject *filename, PyObject *globals)
{
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    PyArena *arena = _PyArena_New();
    if (arena == NULL) {
        return print_error();
    }
    mod_ty tree = _PyParser_ASTFromFile(stream, filename, NULL, Py_file_input, NULL, NULL, &flags, NULL, arena);
    if (stream != stdin) {
        fclose(stream);
    }
    return run_tree(tree, filename, &flags, arena, globals, NULL);
}

/* Whether a file is compiled code: by its name, or by its first two bytes, as `python` has it. */
static int
is_compiled(FILE *stream, const char *path)
{
    size_t len = strlen(path);
    if (len >= 4 && strcmp(path + len - 4, ".pyc") == 0) {
        return 1;
    }
    struct stat info;
    if (fstat(fileno(stream), &info) != 0 || !S_ISREG(info.st_mode)) {
        return 0; /* what is read of it could not be read again */
    }
    unsigned char head[2];
    int found = fread(head, 1, 2, stream) == 2 && (head[0] | head[1] << 8) == (PyImport_GetMagicNumber() & 0xffff);
    rewind(stream);
    return found;
}

/* Runs compiled code, and closes the file. */
static int
run_compiled(FILE *stream, PyObject *globals)
{
    PyObject *code = NULL;
    long magic = PyMarshal_ReadLongFromFile(stream);
    if (magic != PyImport_GetMagicNumber()) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError, "Bad magic number in .pyc file");
        }
    }
    else {
        for (int field = 0; field < 3; field++) {
            PyMarshal_ReadLongFromFile(stream); /* flags; time and size of the source, or its hash */
        }
        if (!PyErr_Occurred()) {
            code = PyMarshal_ReadLastObjectFromFile(stream);
            if (code == NULL || !PyCode_Check(code)) {
                Py_CLEAR(code);
                PyErr_SetString(PyExc_RuntimeError, "Bad code object in .pyc file");
            }
        }
    }
    fclose(stream);
    PyObject *value = code == NULL ? NULL : PyEval_EvalCode(code, globals, globals);
    Py_XDECREF(code);
    if (value == NULL) {
        return print_error();
    }
    Py_DECREF(value);
    return 0;
}

static int
run_module(const char *name, PyObject *set_argv0)
{
    PyObject *run = croquant_guest_function("runpy._run_module_as_main");
    PyObject *value = run == NULL ? NULL : PyObject_CallFunction(run, "sO", name, set_argv0);
    Py_XDECREF(run);
    if (value == NULL) {
        return print_error();
    }
    Py_DECREF(value);
    return 0;
}

/* `script` is the file in it that runs, or NULL. If the session began with no other file, nobody has to look for one. */
static int
insert_path(PyObject *folder, const char *script)
{
    PyObject *prepare = croquant_guest_function("_croquant.program.enter_folder");
    PyObject *done = NULL;
    if (prepare != NULL && croquant_given == (script != NULL)) {
        done = script == NULL ? PyObject_CallFunction(prepare, "O()", folder)
                              : PyObject_CallFunction(prepare, "O(N)", folder, PyUnicode_DecodeFSDefault(script));
    }
    else if (prepare != NULL) {
        done = PyObject_CallOneArg(prepare, folder);
    }
    Py_XDECREF(prepare);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int
insert_path_text(const char *folder, size_t len, const char *script)
{
    PyObject *text = PyUnicode_DecodeFSDefaultAndSize(folder, (Py_ssize_t)len);
    int status = text == NULL ? -1 : insert_path(text, script);
    Py_XDECREF(text);
    return status;
}

/* `-m` finds modules where the program starts, wherever it goes from there. */
static int
insert_working_folder(void)
{
    char path[4096];
    return getcwd(path, sizeof path) == NULL ? insert_path_text("", 0, NULL) : insert_path_text(path, strlen(path), NULL);
}

/* A folder or a zip file with a `__main__` in it. 1: it is one, and `*code` is its end. 0: an ordinary file. */
static int
run_container(PyObject *filename, int *code)
{
    PyObject *importer = PyImport_GetImporter(filename);
    if (importer == NULL) {
        *code = print_error();
        return 1;
    }
    Py_DECREF(importer);
    if (importer == Py_None) {
        return 0;
    }
    *code = insert_path(filename, NULL) < 0 ? print_error() : run_module("__main__", Py_False);
    return 1;
}

static int
set_main_file(PyObject *globals, PyObject *filename, int compiled)
{
    PyObject *type = croquant_guest_function(compiled ? "importlib.machinery.SourcelessFileLoader"
                                                      : "importlib.machinery.SourceFileLoader");
    PyObject *loader = type == NULL ? NULL : PyObject_CallFunction(type, "sO", "__main__", filename);
    int failed = loader == NULL || PyDict_SetItemString(globals, "__file__", filename) < 0
        || PyDict_SetItemString(globals, "__cached__", Py_None) < 0 || PyDict_SetItemString(globals, "__loader__", loader) < 0;
    Py_XDECREF(type);
    Py_XDECREF(loader);
    return failed ? -1 : 0;
}

static int
run_file(const char *path, PyObject *globals)
{
    PyObject *filename = PyUnicode_DecodeFSDefault(path);
    int code, compiled = 0;
    if (filename == NULL) {
        return print_error();
    }
    if (run_container(filename, &code)) {
        Py_DECREF(filename);
        return code;
    }
    const char *slash = strrchr(path, '/');
    struct stat info;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        /* The exception has the error's number as programs see it, and its text. */
        PyErr_SetFromErrno(PyExc_OSError);
        PyObject *error = PyErr_GetRaisedException();
        PySys_FormatStderr("python: can't open file %R: %S\n", filename, error);
        Py_XDECREF(error);
        code = 2;
    }
    else if (fstat(fileno(stream), &info) == 0 && S_ISDIR(info.st_mode)) {
        PySys_FormatStderr("python: %R is a directory, cannot continue\n", filename);
        fclose(stream);
        code = 1;
    }
    else if (insert_path_text(path, slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path),
                              slash == NULL ? path : slash + 1) < 0
             || set_main_file(globals, filename, compiled = is_compiled(stream, path)) < 0) {
        fclose(stream);
        code = print_error();
    }
    else {
        code = compiled ? run_compiled(stream, globals) : run_stream(stream, filename, globals);
    }
    Py_DECREF(filename);
    return code;
}

static int
run_command(const char *command, PyObject *globals)
{
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    flags.cf_flags |= PyCF_IGNORE_COOKIE;
    PyObject *filename = PyUnicode_FromString("<string>"), *source = PyUnicode_FromString(command);
    PyArena *arena = _PyArena_New();
    int code;
    if (filename == NULL || source == NULL || arena == NULL || insert_path_text("", 0, NULL) < 0) {
        code = print_error();
    }
    else {
        mod_ty tree = _PyParser_ASTFromString(command, filename, Py_file_input, &flags, arena);
        code = run_tree(tree, filename, &flags, arena, globals, source);
    }
    Py_XDECREF(filename);
    Py_XDECREF(source);
    return code;
}

static int
run_stdin(PyObject *globals)
{
    PyObject *filename = PyUnicode_FromString("<stdin>");
    int code = filename == NULL || insert_path_text("", 0, NULL) < 0 ? print_error() : run_stream(stdin, filename, globals);
    Py_XDECREF(filename);
    return code;
}

/* With `told`, an error is not shown: it was the same before. */
static int
flush_at_exit(int told)
{
    int status = 0;
    static const char *const names[] = {"stdout", "stderr"};
    for (int i = 0; i < 2; i++) {
        PyObject *stream = PySys_GetObject(names[i]);
        if (stream == NULL || stream == Py_None) {
            continue;
        }
        PyObject *closed = PyObject_GetAttrString(stream, "closed");
        int is_closed = closed != NULL && PyObject_IsTrue(closed) > 0;
        Py_XDECREF(closed);
        PyErr_Clear();
        PyObject *done = is_closed ? Py_NewRef(Py_None) : PyObject_CallMethod(stream, "flush", NULL);
        if (done == NULL) {
            if (i == 0 && !told) {
                PyErr_FormatUnraisable("Exception ignored on flushing sys.stdout");
            }
            PyErr_Clear();
            status = -1;
        }
        Py_XDECREF(done);
    }
    return status;
}

/* What Python's finalisation does that a program can see: threading's and `atexit`'s functions, then the modules of the program die,
   and with them the objects that say something in `__del__`. The image's own objects stay: the session ends with them. */
static int
finish(void)
{
    PyInterpreterState *interp = _PyInterpreterState_GET();
    PyObject *shutdown = croquant_guest_function("threading._shutdown");
    PyObject *done = shutdown == NULL ? NULL : PyObject_CallNoArgs(shutdown);
    if (done == NULL) {
        PyErr_FormatUnraisable("Exception ignored on threading shutdown");
    }
    Py_XDECREF(done);
    Py_XDECREF(shutdown);
    _PyAtExit_Call(interp);
    int status = flush_at_exit(0);

    PyObject *clear = croquant_guest_function("_croquant.program.forget_modules");
    PyObject *modules = clear == NULL ? NULL : PyObject_CallNoArgs(clear);
    Py_XDECREF(clear);
    PyErr_Clear();
    PyGC_Collect();
    /* Those that something still refers to lose their contents, the youngest first. */
    for (Py_ssize_t i = modules == NULL ? 0 : PyList_GET_SIZE(modules); i-- > 0;) {
        PyObject *module;
        if (PyWeakref_GetRef(PyList_GET_ITEM(modules, i), &module) > 0) {
            _PyModule_Clear(module);
            Py_DECREF(module);
        }
    }
    Py_XDECREF(modules);
    PyErr_Clear();
    PyGC_Collect();
    if (PyErr_CheckSignals() < 0) {
        Py_XDECREF(PyErr_GetRaisedException()); /* there is nothing left to stop */
    }
    return flush_at_exit(status < 0) < 0 ? -1 : status;
}

int
croquant_run_program(char kind, const char *argument, size_t len)
{
    PyObject *globals = new_main();
    int code;
    /* Only a prompt has these. */
    PySys_SetObject("ps1", NULL);
    PySys_SetObject("ps2", NULL);
    if (globals == NULL) {
        code = print_error();
    }
    else if (strlen(argument) != len) {
        PySys_WriteStderr("python: the argument contains a null byte\n");
        code = 2;
    }
    else {
        switch (kind) {
        case 'f':
            code = run_file(argument, globals);
            break;
        case 'c':
            code = run_command(argument, globals);
            break;
        case 'm':
            code = insert_working_folder() < 0 ? print_error() : run_module(argument, Py_True);
            break;
        case '-':
            code = run_stdin(globals);
            break;
        default:
            PySys_FormatStderr("python: unknown kind of program `%c`\n", kind);
            code = 2;
        }
    }
    return finish() < 0 ? EXIT_FLUSH_FAILED : code;
}
