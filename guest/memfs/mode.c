// Permission bits, of which preview 1 has none and wasi-libc makes zero: an archive made here would unpack elsewhere to
// files that nobody may read. In memory they are kept as `chmod` sets them; a host's files show the usual ones.
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

enum { MODE_BITS = 07777 };
// The owner of all files, here and in mounts: guest/python/_croquant/user.py says who that is.
enum { OWNER = 1000 };

static mode_t mask = 022;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int fd, const char *path, int flags, ...);
int __wrap_openat(int fd, const char *path, int flags, ...);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __real_mkdirat(int fd, const char *path, mode_t mode);
int __wrap_mkdirat(int fd, const char *path, mode_t mode);

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __real___wasilibc_nocwd_fstatat(int fd, const char *path, struct stat *st, int flags);
int __wrap___wasilibc_nocwd_fstatat(int fd, const char *path, struct stat *st, int flags);
int __wrap_chmod(const char *path, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);

// The host's bits cannot be set. Programs set them as a courtesy (to copy a file's mode, say), so that is no error unless
// the host lets nothing be changed there: it is asked to set no time at all.
__wasi_errno_t REAL(fd_filestat_set_times)(__wasi_fd_t, __wasi_timestamp_t, __wasi_timestamp_t, __wasi_fstflags_t);
__wasi_errno_t REAL(path_filestat_set_times)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_timestamp_t,
                                             __wasi_timestamp_t, __wasi_fstflags_t);

static int with_mode(int result, struct stat *st) {
    if (result != 0)
        return result;
    st->st_uid = st->st_gid = OWNER;
    if ((uint32_t)st->st_dev == MEMORY_DEVICE) {
        st->st_mode |= (mode_t)(st->st_dev >> MODE_SHIFT) & MODE_BITS;
        st->st_dev = MEMORY_DEVICE;
    } else {
        st->st_mode |= S_ISDIR(st->st_mode) ? 0755 : S_ISLNK(st->st_mode) ? 0777 : 0644;
    }
    return 0;
}

int __wrap_fstat(int fd, struct stat *st) {
    return with_mode(__real_fstat(fd, st), st);
}

int __wrap___wasilibc_nocwd_fstatat(int fd, const char *path, struct stat *st, int flags) {
    return with_mode(__real___wasilibc_nocwd_fstatat(fd, path, st, flags), st);
}

static werr change_mode(struct node *node, mode_t mode) {
    if (node_is_fixed(node))
        return E(ROFS);
    node->mode = mode & MODE_BITS;
    node->ctim = fs_now();
    return OK;
}

// wasi-libc drops the mode that a file or folder is made with; it is laid aside here for the call that makes it.
static void next_file(mode_t mode) {
    fs_new_file_mode = mode & MODE_BITS & ~mask;
}

static void next_dir(mode_t mode) {
    fs_new_dir_mode = mode & MODE_BITS & ~mask;
}

unsigned memfs_umask(unsigned new_mask) {
    mode_t old = mask;
    mask = new_mask & 0777;
    next_file(0666);
    next_dir(0777);
    return old;
}

#define WITH_FILE_MODE(call) \
    do { \
        if (flags & O_CREAT) { \
            va_list args; \
            va_start(args, flags); \
            next_file(va_arg(args, mode_t)); \
            va_end(args); \
        } \
        int opened = call; \
        next_file(0666); \
        return opened; \
    } while (0)

int __wrap_open(const char *path, int flags, ...) {
    WITH_FILE_MODE(__real_open(path, flags));
}

int __wrap_openat(int fd, const char *path, int flags, ...) {
    WITH_FILE_MODE(__real_openat(fd, path, flags));
}

int __wrap_mkdir(const char *path, mode_t mode) {
    next_dir(mode);
    int result = __real_mkdir(path, mode);
    next_dir(0777);
    return result;
}

int __wrap_mkdirat(int fd, const char *path, mode_t mode) {
    next_dir(mode);
    int result = __real_mkdirat(fd, path, mode);
    next_dir(0777);
    return result;
}

static int done(werr err) {
    if (err == OK)
        return 0;
    errno = err;
    return -1;
}

int __wrap_fchmod(int fd, mode_t mode) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return done(E(BADF));
    if (file->kind == OPEN_HOST)
        return done(REAL(fd_filestat_set_times)(file->host_fd, 0, 0, 0));
    return done(file->kind == OPEN_STREAM ? E(INVAL) : change_mode(file->node, mode));
}

int __wrap_chmod(const char *path, mode_t mode) {
    struct stat st;    // asks whether it is there, wherever it is
    if (stat(path, &st) != 0)
        return -1;
    struct place at;
    werr err = resolve_text(path, &at);
    if (err != OK)
        return done(err);
    if (at.mount != NULL)
        return done(REAL(path_filestat_set_times)(at.base_fd, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, host_path(&at), 0, 0, 0));
    return done(change_mode(at.node, mode));
}
