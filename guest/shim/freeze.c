/* Makes every object that the image holds immortal: reference counts of shared objects are then never written, so that sessions do not
   come to own the pages they lie on. */
#include "shim.h"

#include "internal/pycore_interp.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"

#include <stdlib.h>
#include <string.h>

/* The objects reached so far: an open-addressed set (a power of two wide) and the list of those whose references are yet to follow. */
struct reached {
    PyObject **set;
    size_t mask, count;
    PyObject **list;
    size_t pending, room;
    int failed;
};

static size_t
slot_of(const struct reached *all, PyObject *object)
{
    size_t at = ((uintptr_t)object >> 3) * 0x9e3779b1u & all->mask;
    while (all->set[at] != NULL && all->set[at] != object) {
        at = (at + 1) & all->mask;
    }
    return at;
}

static void
widen(struct reached *all)
{
    PyObject **old = all->set;
    size_t old_size = all->mask + 1;
    PyObject **set = calloc(old_size * 2, sizeof *set);
    if (set == NULL) {
        all->failed = 1;
        return;
    }
    all->set = set;
    all->mask = old_size * 2 - 1;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i] != NULL) {
            set[slot_of(all, old[i])] = old[i];
        }
    }
    free(old);
}

static int
reach(PyObject *object, void *arg)
{
    struct reached *all = arg;
    if (object == NULL || all->failed) {
        return 0;
    }
    size_t at = slot_of(all, object);
    if (all->set[at] == object) {
        return 0;
    }
    all->set[at] = object;
    if (++all->count * 2 > all->mask) {
        widen(all);
    }
    if (all->pending == all->room) {
        size_t room = all->room * 2 + 1024;
        PyObject **list = realloc(all->list, room * sizeof *list);
        if (list == NULL) {
            all->failed = 1;
            return 0;
        }
        all->list = list;
        all->room = room;
    }
    all->list[all->pending++] = object;
    return 0;
}

static int
reach_tracked(PyObject *object, void *arg)
{
    reach(object, arg);
    return 1;
}

/* Code objects and static types hold references that the cycle collector does not follow. */
static void
follow(PyObject *object, struct reached *all)
{
    if (PyCode_Check(object)) {
        PyCodeObject *code = (PyCodeObject *)object;
        PyObject *const held[] = {
            code->co_consts,   code->co_names,    code->co_exceptiontable, code->co_localsplusnames, code->co_localspluskinds,
            code->co_filename, code->co_name,     code->co_qualname,       code->co_linetable,
        };
        for (size_t i = 0; i < Py_ARRAY_LENGTH(held); i++) {
            reach(held[i], all);
        }
        return;
    }
    if (PyType_Check(object) && !PyObject_IS_GC(object)) {
        PyTypeObject *type = (PyTypeObject *)object;
        PyObject *dict = PyType_GetDict(type);
        reach(dict, all);
        Py_XDECREF(dict);
        reach(type->tp_bases, all);
        reach(type->tp_mro, all);
        return;
    }
    traverseproc traverse = Py_TYPE(object)->tp_traverse;
    if (traverse != NULL) {
        traverse(object, reach, all);
    }
    reach((PyObject *)Py_TYPE(object), all);
}

int
croquant_immortalise(void)
{
    struct reached all = {.mask = (1u << 16) - 1};
    all.set = calloc(all.mask + 1, sizeof *all.set);
    if (all.set == NULL) {
        return -1;
    }
    PyInterpreterState *interp = _PyInterpreterState_GET();
    PyUnstable_GC_VisitObjects(reach_tracked, &all);
    reach(interp->builtins, &all);
    reach(interp->sysdict, &all);
    PyObject *interned = interp->cached_objects.interned_strings;
    if (interned != NULL) {
        reach(interned, &all);
        PyObject *key, *value;
        Py_ssize_t at = 0;
        while (PyDict_Next(interned, &at, &key, &value)) {
            reach(key, &all);
        }
    }
    while (all.pending > 0 && !all.failed) {
        follow(all.list[--all.pending], &all);
    }
    for (size_t i = 0; i <= all.mask && !all.failed; i++) {
        if (all.set[i] != NULL && !_Py_IsImmortal(all.set[i])) {
            _Py_SetImmortalUntracked(all.set[i]);
        }
    }
    free(all.set);
    free(all.list);
    return all.failed ? -1 : 0;
}
