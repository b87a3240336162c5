/* The host's functions: imports of the wasm module `croquant`. ../ABI.md says what each does. */
#ifndef CROQUANT_HOST_H
#define CROQUANT_HOST_H

#include <stdint.h>

#ifdef __wasm__
#define HOST(name) __attribute__((import_module("croquant"), import_name(#name))) extern
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define HOST(name) extern
#define EXPORT(name)
#endif

HOST(input) int32_t croquant_host_input(const char *prompt, uint32_t prompt_len, uint32_t password);
HOST(take) void croquant_host_take(char *line);
HOST(exchange) int32_t croquant_host_exchange(const char *message, uint32_t len);
HOST(emit) void croquant_host_emit(uint32_t kind, const char *json, uint32_t len);
HOST(sleep) int32_t croquant_host_sleep(int64_t ns);
HOST(slice) void croquant_host_slice(void);

/* WASI error numbers that `input` and `exchange` return, negated. */
enum { HOST_EINTR = -27, HOST_ENOTSUP = -58 };

/* Kinds of `emit`. */
enum emit_kind {
    EMIT_EXECUTE_RESULT = 1,
    EMIT_DISPLAY_DATA = 2,
    EMIT_ERROR = 3,
    EMIT_REPLY = 4,
    EMIT_CLEAR_OUTPUT = 5,
    EMIT_UPDATE_DISPLAY_DATA = 6,
    EMIT_EXIT = 7,
};

/* Flags of `croquant_execute`. */
enum { CELL_SINGLE = 1, CELL_SILENT = 2, CELL_NO_HISTORY = 4 };

/* What an exported call returns. */
enum { STATUS_DONE = 0, STATUS_RAISED = 1, STATUS_EXITED = 2 };

/* How a session talks: record 7 of `croquant_begin`. */
enum session_mode { MODE_PROGRAM = 0, MODE_KERNEL = 1, MODE_TERMINAL = 2 };

#endif
