// `dup`, `dup2` and what `fcntl` lacks: preview 1 cannot have two numbers for one open file, our table can.
#include "fs.h"

#include <errno.h>
#include <stdarg.h>

enum { CMD_DUPFD = 0, CMD_SETLK = 6, CMD_SETLKW = 7, CMD_OFD_SETLK = 37, CMD_OFD_SETLKW = 38, CMD_DUPFD_CLOEXEC = 1030 };

int __wrap_dup(int fd);
int __wrap_dup2(int fd, int to);
int __real_fcntl(int fd, int cmd, ...);
int __wrap_fcntl(int fd, int cmd, ...);

static int dup_from(int fd, int at_least) {
    __wasi_fd_t number;
    werr err = memfs_dup(fd, at_least, &number);
    if (err == OK)
        return number;
    errno = err;
    return -1;
}

int __wrap_dup(int fd) {
    return dup_from(fd, 0);
}

int __wrap_dup2(int fd, int to) {
    werr err = memfs_dup2(fd, to);
    if (err == OK)
        return to;
    errno = err;
    return -1;
}

// wasi-libc knows the flags only. Locks guard a file against other processes, and there are none: they are always had.
int __wrap_fcntl(int fd, int cmd, ...) {
    va_list args;
    va_start(args, cmd);
    int arg = cmd == CMD_DUPFD || cmd == CMD_DUPFD_CLOEXEC || cmd == 2 || cmd == 4 ? va_arg(args, int) : 0;
    va_end(args);
    switch (cmd) {
    case CMD_DUPFD:
    case CMD_DUPFD_CLOEXEC:
        return dup_from(fd, arg);
    case CMD_SETLK:
    case CMD_SETLKW:
    case CMD_OFD_SETLK:
    case CMD_OFD_SETLKW:
        if (fd_get(fd) != NULL)
            return 0;
        errno = E(BADF);
        return -1;
    default:
        return __real_fcntl(fd, cmd, arg);
    }
}
