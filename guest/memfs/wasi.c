// The rest of preview 1: the one preopen, and what does not exist here.
#include "fs.h"

#include <string.h>

// The table that wasi-libc makes of these is captured with the image, and right in every session.
werr WRAP(fd_prestat_get)(__wasi_fd_t fd, __wasi_prestat_t *out) {
    if (fd != ROOT_FD)
        return E(BADF);
    *out = (__wasi_prestat_t){.tag = __WASI_PREOPENTYPE_DIR, .u.dir.pr_name_len = 1};
    return OK;
}

werr WRAP(fd_prestat_dir_name)(__wasi_fd_t fd, uint8_t *path, __wasi_size_t room) {
    if (fd != ROOT_FD)
        return E(BADF);
    if (room < 1)
        return E(NAMETOOLONG);
    path[0] = '/';
    return OK;
}

// Arguments and environment come with the session's begin, not from WASI.
werr WRAP(args_sizes_get)(__wasi_size_t *count, __wasi_size_t *size) {
    *count = *size = 0;
    return OK;
}

werr WRAP(args_get)(uint8_t **argv, uint8_t *buf) {
    (void)argv, (void)buf;
    return OK;
}

werr WRAP(environ_sizes_get)(__wasi_size_t *count, __wasi_size_t *size) {
    *count = *size = 0;
    return OK;
}

werr WRAP(environ_get)(uint8_t **env, uint8_t *buf) {
    (void)env, (void)buf;
    return OK;
}

// Rights are what a file was opened with; nothing in wasi-libc gives them up.
werr WRAP(fd_fdstat_set_rights)(__wasi_fd_t fd, __wasi_rights_t base, __wasi_rights_t inheriting) {
    (void)base, (void)inheriting;
    return fd_get(fd) ? E(NOTSUP) : E(BADF);
}

static werr no_socket(__wasi_fd_t fd) {
    return fd_get(fd) ? E(NOTSOCK) : E(BADF);
}

werr WRAP(sock_accept)(__wasi_fd_t fd, __wasi_fdflags_t flags, __wasi_fd_t *out) {
    (void)flags, (void)out;
    return no_socket(fd);
}

werr WRAP(sock_recv)(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_riflags_t flags,
                     __wasi_size_t *done, __wasi_roflags_t *out_flags) {
    (void)iovs, (void)count, (void)flags, (void)done, (void)out_flags;
    return no_socket(fd);
}

werr WRAP(sock_send)(__wasi_fd_t fd, const __wasi_ciovec_t *iovs, size_t count, __wasi_siflags_t flags,
                     __wasi_size_t *done) {
    (void)iovs, (void)count, (void)flags, (void)done;
    return no_socket(fd);
}

werr WRAP(sock_shutdown)(__wasi_fd_t fd, __wasi_sdflags_t how) {
    (void)how;
    return no_socket(fd);
}
