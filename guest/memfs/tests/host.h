// A host for tests: serves a real folder as cap-std does (nothing resolves out of it), and records what it was asked.
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasi/api.h>

struct host_record {
    unsigned calls;         // path and file calls that reached the host
    unsigned changes;       // those of them that ask for a change
    unsigned bad_paths;     // absolute paths, and paths with `..`
    unsigned escapes;       // links that led out of the folder, refused
    unsigned clock_calls;
    unsigned open_fds;
    char output[256];       // what fd 1 and 2 wrote
    size_t output_len;
    int64_t slept;
};
extern struct host_record host;
extern int host_sleep_errno;
extern const char *host_input;

// Makes `path` the folder behind a new host descriptor.
int host_grant(const char *path);
__wasi_errno_t host_errno(int linux_errno);

#endif
