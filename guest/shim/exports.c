/* The exported calls of ../ABI.md. Between calls no frame is on the stack: all state is linear memory. */
#include "shim.h"

#include "../memfs/memfs.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Small calls, nearly all of them, cost no allocation: their text fits here, in memory that the image already holds. */
static char small_buffer[4096];
static char *large_buffer;

static char *
buffer(void)
{
    return large_buffer != NULL ? large_buffer : small_buffer;
}

EXPORT("croquant_buffer") void *
croquant_buffer(uint32_t len)
{
    free(large_buffer);
    large_buffer = NULL;
    if (len < sizeof small_buffer) {
        return small_buffer;
    }
    large_buffer = malloc((size_t)len + 1);
    return large_buffer;
}

/* The buffer's text, ended by a zero as the parser wants it. */
static const char *
buffer_text(uint32_t len)
{
    char *text = buffer();
    text[len] = '\0';
    return text;
}

int croquant_begin_session(const unsigned char *records, size_t len);

EXPORT("croquant_begin") int32_t
croquant_begin(uint32_t len)
{
    return croquant_begin_session((const unsigned char *)buffer(), len);
}

EXPORT("croquant_execute") int32_t
croquant_execute(uint32_t len, uint32_t flags)
{
    return croquant_run_cell(buffer_text(len), len, flags);
}

EXPORT("croquant_run") int32_t
croquant_run(uint32_t len)
{
    const char *text = buffer_text(len);
    if (len == 0) {
        return 2;
    }
    return croquant_run_program(text[0], text + 1, len - 1) & 0xff;
}

EXPORT("croquant_call") int32_t
croquant_call(uint32_t len)
{
    PyObject *answer = croquant_guest_function("_croquant.requests.answer");
    PyObject *reply = NULL;
    if (answer != NULL) {
        reply = PyObject_CallFunction(answer, "s#", buffer(), (Py_ssize_t)len);
        Py_DECREF(answer);
    }
    if (reply == NULL) {
        return croquant_report();
    }
    Py_ssize_t size;
    const char *json = PyUnicode_AsUTF8AndSize(reply, &size);
    if (json == NULL) {
        Py_DECREF(reply);
        return croquant_report();
    }
    croquant_host_emit(EMIT_REPLY, json, (uint32_t)size);
    Py_DECREF(reply);
    return STATUS_DONE;
}

/* The linker's: the end of C's stack, which comes first in memory. */
extern char __stack_high[];

/* Where the host writes to make the evaluation loop raise KeyboardInterrupt at its next safe point, and the meter to make it give
   way; and what it need not keep between calls. */
static uint32_t interrupt_block[6];

void
croquant_find_interrupt_block(void)
{
    PyThreadState *tstate = PyThreadState_Get();
    interrupt_block[0] = (uint32_t)(uintptr_t)&tstate->eval_breaker;
    interrupt_block[1] = _PY_SIGNALS_PENDING_BIT;
    interrupt_block[2] = (uint32_t)(uintptr_t)&_PyRuntime.signals.is_tripped;
    interrupt_block[3] = (uint32_t)(uintptr_t)&_PyRuntime.signals.handlers[SIGINT].tripped;
    interrupt_block[4] = _PY_SLICE_BIT;
    interrupt_block[5] = (uint32_t)(uintptr_t)__stack_high;
}

/* A call that would wait returns EINTR instead when this is so: the host has told the guest already, and tells it once. A signal waits
   here again when code in C has dropped its exception (../patches/keep-interrupts.patch). */
bool
croquant_is_signalled(void)
{
    return _PyRuntime.signals.is_tripped != 0;
}

/* Called by CPython (../patches/slice.patch) when it finds the slice bit. */
void croquant_slice(void);

void
croquant_slice(void)
{
    croquant_host_slice();
}

EXPORT("croquant_interrupt_block") void *
croquant_interrupt_block(void)
{
    return interrupt_block;
}
