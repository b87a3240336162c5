/* What the files of the shim share. */
#ifndef CROQUANT_SHIM_H
#define CROQUANT_SHIM_H

/* The interrupt block, the parser and the frozen heap need what only the core sees. */
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#endif
#include <Python.h>

#include "host.h"

/* The working folder of an image at rest. */
#define CROQUANT_HOME "/home/user"

/* begin.c: the session's mode; an image is at rest in MODE_KERNEL. */
extern enum session_mode croquant_mode;
/* How many files the session began with; -1: mounts, whose files are not known. */
extern int croquant_given;
/* The streams and hooks that `begin` chooses from; set at initialisation. */
struct croquant_streams {
    PyObject *real_stdin, *kernel_stdin;   /* sys.stdin */
    PyObject *real_input, *kernel_input;   /* builtins.input */
    PyObject *plain_hook, *kernel_hook;    /* sys.displayhook */
    PyObject *environ_data;                /* the dict behind os.environ: bytes to bytes */
    PyObject *random;                      /* the generator behind the functions of `random` */
    PyObject *globals;                     /* the dict of `__main__` in the image: where cells run */
    PyObject *functions;                   /* what C calls in Python: "_croquant.errors.report" and its like to functions */
};
extern struct croquant_streams croquant_streams;

/* begin.c: gives the generator behind `random` new numbers; an error's number, or 0. */
int croquant_reseed_random(void);

/* execute.c */
int croquant_run_cell(const char *source, size_t len, uint32_t flags);
PyObject *croquant_cell_source(PyObject *module, PyObject *number);
/* Makes the names of the first cells, and forgets those that warmed the image up. */
void croquant_rest_cells(void);
/* Shows the pending exception and says how the call ended: STATUS_RAISED or STATUS_EXITED. */
int croquant_report(void);

/* display.c */
extern uint32_t croquant_count; /* execution count of the cell that runs */
extern int croquant_silent;
extern int croquant_single;
PyObject *croquant_displayhook(PyObject *module, PyObject *value);
void croquant_emit_exit(int code);
/* The last resort when the Python that describes an error fails. */
void croquant_emit_error(const char *ename, const char *evalue);

/* run.c: runs a program to its end; returns the exit code. */
int croquant_run_program(char kind, const char *argument, size_t len);

/* exports.c: notes the addresses of the interrupt flags; once, while the image is made. */
void croquant_find_interrupt_block(void);

/* wire.c: the built-in module `_croquant_wire`. */
PyObject *croquant_wire_init(void);

/* module.c */
PyObject *croquant_module_init(void);
/* A function that the image keeps for C, whatever a program has done to `sys.modules` (new reference). */
PyObject *croquant_guest_function(const char *name);

/* sources.c */
PyObject *croquant_source(PyObject *module, PyObject *name);
PyObject *croquant_frozen_names(PyObject *module, PyObject *none);

/* freeze.c */
int croquant_immortalise(void);

/* settle.c */
void croquant_settle(void);

/* Flushes sys.stdout and sys.stderr; errors are dropped. The pending exception is kept. */
void croquant_flush(void);

#endif
