/* `wizer-initialize`: brings Python up once, when the image is made, and leaves it at rest: warm, collected, frozen, immortal. */
#include "shim.h"

#include "embedded.h"

#include "internal/pycore_interp.h"
#include "internal/pycore_pystate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
stop(const char *what)
{
    if (PyErr_Occurred()) {
        PyErr_Print();
    }
    fprintf(stderr, "cannot make the image: %s\n", what);
    abort();
}

static void
check(PyStatus status)
{
    if (PyStatus_Exception(status)) {
        fprintf(stderr, "cannot make the image: %s: %s\n", status.func != NULL ? status.func : "python", status.err_msg);
        abort();
    }
}

static void
start_python(void)
{
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.configure_locale = 1; /* LC_CTYPE is C.UTF-8 here */
    check(Py_PreInitialize(&before));

    PyImport_FrozenModules = croquant_frozen;
    if (PyImport_AppendInittab("_croquant_host", croquant_module_init) < 0) {
        stop("no room for `_croquant_host`");
    }
    if (PyImport_AppendInittab("_croquant_wire", croquant_wire_init) < 0) {
        stop("no room for `_croquant_wire`");
    }

    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 1;
    config.site_import = 0;
    config.write_bytecode = 0;
    config.isolated = 0; /* what programs see in sys.flags: nothing of the environment is read all the same */
    config.safe_path = 0;
    config.use_hash_seed = 1; /* sets have one order in every session of an image: a feature for teaching and grading */
    config.hash_seed = 0;
    config.module_search_paths_set = 1;
    check(PyWideStringList_Append(&config.module_search_paths, L"" CROQUANT_STDLIB));
    const struct {
        wchar_t **field;
        const wchar_t *value;
    } texts[] = {
        {&config.program_name, L"python"},        {&config.executable, L"/usr/bin/python3"},
        {&config.base_executable, L"/usr/bin/python3"},
        {&config.prefix, L"/usr"},                {&config.base_prefix, L"/usr"},
        {&config.exec_prefix, L"/usr"},           {&config.base_exec_prefix, L"/usr"},
        {&config.stdlib_dir, L"" CROQUANT_STDLIB}, {&config.platlibdir, L"lib"},
        {&config.stdio_encoding, L"utf-8"},       {&config.stdio_errors, L"strict"},
        {&config.filesystem_encoding, L"utf-8"},  {&config.filesystem_errors, L"surrogateescape"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        check(PyConfig_SetString(&config, texts[i].field, texts[i].value));
    }
    check(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
}

/* Runs cells as sessions will, so that what Python fills at first use (caches, free lists, specialised code) is in the image. */
static void
warm_up(void)
{
    static const struct {
        uint32_t flags;
        const char *source;
    } cells[] = {
        {0, "print(1)"},
        {CELL_SINGLE, "1 + 1"},
        {0, "import sys\nx = [str(i) for i in range(99)]\nfor i in x:\n    print(i, end=' ')\nx"},
        {0, "def f(a, b=1, *c, **d):\n    return a\nf(1)"},
        {CELL_SINGLE, "class A:\n    def __init__(self): self.x = 1\n"},
        {0, "A()"},
        {0, "1/0"},
        {CELL_SINGLE, "undefined"},
        {CELL_SINGLE, "a b"},
        {0, "f'{x!r:>5}'"},
        {0, "del x, f, A, sys, i"},
    };
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
            croquant_run_cell(cells[i].source, strlen(cells[i].source), cells[i].flags);
        }
    }
    croquant_rest_cells();
}

static void
call(const char *module, const char *name)
{
    PyObject *loaded = PyImport_ImportModule(module);
    PyObject *function = loaded == NULL ? NULL : PyObject_GetAttrString(loaded, name);
    PyObject *done = function == NULL ? NULL : PyObject_CallNoArgs(function);
    if (done == NULL) {
        stop(name);
    }
    Py_DECREF(done);
    Py_DECREF(function);
    Py_DECREF(loaded);
}

EXPORT("wizer-initialize") void
croquant_initialize(void)
{
    setenv("HOME", CROQUANT_HOME, 1);
    if (chdir(CROQUANT_HOME) != 0) {
        stop("`" CROQUANT_HOME "` is not there");
    }
    start_python();
    croquant_find_interrupt_block();
    struct croquant_streams *s = &croquant_streams;
    s->real_stdin = Py_NewRef(PySys_GetObject("stdin"));
    s->plain_hook = Py_NewRef(PySys_GetObject("displayhook"));
    s->real_input = Py_NewRef(PyDict_GetItemString(PyEval_GetBuiltins(), "input"));
    s->globals = Py_NewRef(PyModule_GetDict(PyImport_AddModule("__main__")));
    call("_croquant.setup", "install");
    warm_up();
    call("_croquant.setup", "rest");
    PyGC_Collect();
    PyGC_Collect();
    if (croquant_immortalise() < 0) {
        stop("no memory to walk the objects");
    }
    _PyGC_Freeze(_PyInterpreterState_GET());
    croquant_settle();
}
