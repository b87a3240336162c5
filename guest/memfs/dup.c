// `dup`, `dup2` and what `fcntl` lacks: preview 1 cannot have two numbers for one open file, our table can.
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

// Commands that wasi-libc's header has no names for. Those of locks are SQLite's own, for this platform.
enum { DUPFD = 0, GETLK = 12, SETLK = 13, SETLKW = 14, DUPFD_CLOEXEC = 1030 };
enum { UNLOCKED = 2 };

int __wrap_dup(int fd);
int __wrap_dup2(int fd, int to);
int __real_fcntl(int fd, int cmd, ...);
int __wrap_fcntl(int fd, int cmd, ...);

static int failed(werr err) {
    errno = err;
    return -1;
}

static int dup_from(int fd, int at_least) {
    __wasi_fd_t number;
    werr err = memfs_dup(fd, at_least, &number);
    return err == OK ? number : failed(err);
}

int __wrap_dup(int fd) {
    return dup_from(fd, 0);
}

int __wrap_dup2(int fd, int to) {
    werr err = memfs_dup2(fd, to);
    return err == OK ? to : failed(err);
}

// Locks guard a file against other processes, and there are none: every lock is to be had. (Within the process SQLite
// keeps its own table of locks, which is what makes one connection wait for another.)
static int lock(int cmd, struct flock *lock) {
    if (cmd == GETLK)
        lock->l_type = UNLOCKED;
    return 0;
}

int __wrap_fcntl(int fd, int cmd, ...) {
    if (fd_get(fd) == NULL)
        return failed(E(BADF));    // wasi-libc does not look for the flags that it makes up
    va_list args;
    va_start(args, cmd);
    int result;
    switch (cmd) {
    case DUPFD:
    case DUPFD_CLOEXEC:
        result = dup_from(fd, va_arg(args, int));
        break;
    case GETLK:
    case SETLK:
    case SETLKW:
        result = lock(cmd, va_arg(args, struct flock *));
        break;
    case F_SETFD:
    case F_SETFL:
        result = __real_fcntl(fd, cmd, va_arg(args, int));
        break;
    default:
        result = __real_fcntl(fd, cmd);
        break;
    }
    va_end(args);
    return result;
}
