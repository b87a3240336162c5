#define _GNU_SOURCE
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../fs.h"

struct host_record host;
int host_sleep_errno;
const char *host_input = "";

__wasi_errno_t host_errno(int e) {
    switch (e) {
    case 0: return 0;
#define MAP(name) case E##name: return __WASI_ERRNO_##name;
    MAP(ACCES) MAP(BADF) MAP(BUSY) MAP(EXIST) MAP(FBIG) MAP(INVAL) MAP(ISDIR) MAP(LOOP) MAP(MFILE) MAP(NAMETOOLONG)
    MAP(NOENT) MAP(NOSPC) MAP(NOTDIR) MAP(NOTEMPTY) MAP(NXIO) MAP(OVERFLOW) MAP(PERM) MAP(ROFS) MAP(SPIPE)
    MAP(XDEV) MAP(NODEV) MAP(MLINK) MAP(NOMEM) MAP(IO)
    case ENOTSUP: return __WASI_ERRNO_NOTSUP;
    }
    fprintf(stderr, "no WASI number for errno %d\n", e);
    abort();
}

static werr from(long result) {
    return result < 0 ? host_errno(errno) : OK;
}

int host_grant(const char *path) {
    return open(path, O_RDONLY | O_DIRECTORY);
}

static void record(const char *path, bool change) {
    host.calls++;
    host.changes += change;
    bool bad = path[0] == '/' || path[0] == 0;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        bad |= strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == 0);
    }
    host.bad_paths += bad;
}

// Walks `path` beneath `base`. Returns an open parent and the last name, or -1: errno EPERM if it leads out.
struct beneath { int parent; char name[NAME_MAX + 3]; };

static int walk(int base, const char *path, bool follow, int links, struct beneath *out) {
    int stack[64], depth = 0;
    char rest[PATH_MAX * 2], next[PATH_MAX * 2];
    snprintf(rest, sizeof rest, "%s", path);
    stack[0] = dup(base);
    int error = 0;
    char *at = rest;
    for (;;) {
        at += strspn(at, "/");
        size_t len = strcspn(at, "/");
        bool last = at[len + strspn(at + len, "/")] == 0;
        bool slash = last && at[len] == '/';
        if (len > NAME_MAX) { error = ENAMETOOLONG; break; }
        char name[NAME_MAX + 2];
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        if (strcmp(name, "..") == 0) {
            if (depth == 0) { error = EPERM; host.escapes++; break; }
            close(stack[depth--]);
            strcpy(name, ".");
        }
        char target[PATH_MAX];
        ssize_t n = strcmp(name, ".") ? readlinkat(stack[depth], name, target, sizeof target - 1) : -1;
        if (n >= 0 && (!last || follow || slash)) {
            target[n] = 0;
            if (--links < 0) { error = ELOOP; break; }
            if (*target == '/') { error = EPERM; host.escapes++; break; }
            snprintf(next, sizeof next, "%s%s", target, at + len);
            strcpy(rest, next);
            at = rest;
            continue;
        }
        if (last) {
            out->parent = stack[depth];
            strcpy(out->name, name);
            if (slash)
                strcat(out->name, "/");
            break;
        }
        at += len;
        if (strcmp(name, ".") == 0)
            continue;
        if (depth == 62) { error = ENAMETOOLONG; break; }
        int down = openat(stack[depth], name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (down < 0) { error = errno; break; }
        stack[++depth] = down;
    }
    for (int i = 0; i <= depth; i++)
        if (error || i < depth)
            close(stack[i]);
    errno = error;
    return error ? -1 : 0;
}

#define WALK(fd, path, follow, change) \
    struct beneath b; \
    record(path, change); \
    if (walk(fd, path, follow, 40, &b) < 0) \
        return host_errno(errno)
#define DONE(call) do { long r_ = (call); werr e_ = from(r_); close(b.parent); return e_; } while (0)

static void to_wasi(const struct stat *st, __wasi_filestat_t *out) {
    __wasi_filetype_t type = S_ISDIR(st->st_mode) ? __WASI_FILETYPE_DIRECTORY
        : S_ISLNK(st->st_mode) ? __WASI_FILETYPE_SYMBOLIC_LINK : __WASI_FILETYPE_REGULAR_FILE;
    *out = (__wasi_filestat_t){.dev = st->st_dev, .ino = st->st_ino, .filetype = type, .nlink = st->st_nlink,
                               .size = (uint64_t)st->st_size, .mtim = (uint64_t)st->st_mtim.tv_sec * 1000000000};
}

werr REAL(path_filestat_get)(__wasi_fd_t fd, __wasi_lookupflags_t flags, const char *path, __wasi_filestat_t *out) {
    WALK(fd, path, flags & 1, false);
    struct stat st;
    int r = fstatat(b.parent, b.name, &st, AT_SYMLINK_NOFOLLOW);
    if (r == 0)
        to_wasi(&st, out);
    DONE(r);
}

werr REAL(path_open)(__wasi_fd_t fd, __wasi_lookupflags_t look, const char *path, __wasi_oflags_t oflags,
                     __wasi_rights_t rights, __wasi_rights_t inheriting, __wasi_fdflags_t flags, __wasi_fd_t *out) {
    (void)inheriting;
    bool write = rights & __WASI_RIGHTS_FD_WRITE, read = rights & __WASI_RIGHTS_FD_READ;
    WALK(fd, path, (look & 1) && !(oflags & __WASI_OFLAGS_EXCL),
         write || (oflags & (__WASI_OFLAGS_CREAT | __WASI_OFLAGS_TRUNC)));
    int mode = (write ? read ? O_RDWR : O_WRONLY : O_RDONLY) | O_NOFOLLOW;
    mode |= oflags & __WASI_OFLAGS_CREAT ? O_CREAT : 0;
    mode |= oflags & __WASI_OFLAGS_EXCL ? O_EXCL : 0;
    mode |= oflags & __WASI_OFLAGS_TRUNC ? O_TRUNC : 0;
    mode |= oflags & __WASI_OFLAGS_DIRECTORY ? O_DIRECTORY : 0;
    mode |= flags & __WASI_FDFLAGS_APPEND ? O_APPEND : 0;
    int opened = openat(b.parent, b.name, mode, 0644);
    host.open_fds += opened >= 0;
    *out = opened;
    DONE(opened);
}

werr REAL(path_create_directory)(__wasi_fd_t fd, const char *path) {
    WALK(fd, path, false, true);
    DONE(mkdirat(b.parent, b.name, 0755));
}

werr REAL(path_remove_directory)(__wasi_fd_t fd, const char *path) {
    WALK(fd, path, false, true);
    DONE(unlinkat(b.parent, b.name, AT_REMOVEDIR));
}

werr REAL(path_unlink_file)(__wasi_fd_t fd, const char *path) {
    WALK(fd, path, false, true);
    DONE(unlinkat(b.parent, b.name, 0));
}

werr REAL(path_rename)(__wasi_fd_t fd, const char *path, __wasi_fd_t new_fd, const char *new_path) {
    WALK(fd, path, false, true);
    struct beneath to;
    record(new_path, true);
    if (walk(new_fd, new_path, false, 40, &to) < 0)
        DONE(-1);
    long r = renameat(b.parent, b.name, to.parent, to.name);
    close(to.parent);
    DONE(r);
}

werr REAL(path_link)(__wasi_fd_t fd, __wasi_lookupflags_t flags, const char *path, __wasi_fd_t new_fd,
                     const char *new_path) {
    WALK(fd, path, flags & 1, true);
    struct beneath to;
    record(new_path, true);
    if (walk(new_fd, new_path, false, 40, &to) < 0)
        DONE(-1);
    long r = linkat(b.parent, b.name, to.parent, to.name, 0);
    close(to.parent);
    DONE(r);
}

werr REAL(path_symlink)(const char *target, __wasi_fd_t fd, const char *path) {
    WALK(fd, path, false, true);
    DONE(symlinkat(target, b.parent, b.name));
}

werr REAL(path_readlink)(__wasi_fd_t fd, const char *path, uint8_t *buf, __wasi_size_t room, __wasi_size_t *used) {
    WALK(fd, path, false, false);
    ssize_t n = readlinkat(b.parent, b.name, (char *)buf, room);
    if (n >= 0)
        *used = (size_t)n;
    DONE(n);
}

werr REAL(path_filestat_set_times)(__wasi_fd_t fd, __wasi_lookupflags_t flags, const char *path,
                                   __wasi_timestamp_t atim, __wasi_timestamp_t mtim, __wasi_fstflags_t fst) {
    (void)atim, (void)mtim, (void)fst;
    WALK(fd, path, flags & 1, true);
    struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    DONE(utimensat(b.parent, b.name, now, AT_SYMLINK_NOFOLLOW));
}

// --- open files

static void to_iovec(const void *iovs, size_t count, struct iovec *out) {
    const __wasi_iovec_t *in = iovs;
    for (size_t i = 0; i < count; i++)
        out[i] = (struct iovec){in[i].buf, in[i].buf_len};
}

#define TRANSFER(change, call) \
    struct iovec v[8]; \
    host.calls++, host.changes += change; \
    to_iovec(iovs, count, v); \
    ssize_t n = call; \
    if (n >= 0) \
        *done = (size_t)n; \
    return from(n)

werr REAL(fd_read)(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_size_t *done) {
    TRANSFER(false, readv(fd, v, (int)count));
}
werr REAL(fd_pread)(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_filesize_t off,
                    __wasi_size_t *done) {
    TRANSFER(false, preadv(fd, v, (int)count, (off_t)off));
}
werr REAL(fd_write)(__wasi_fd_t fd, const __wasi_ciovec_t *iovs, size_t count, __wasi_size_t *done) {
    TRANSFER(true, writev(fd, v, (int)count));
}
werr REAL(fd_pwrite)(__wasi_fd_t fd, const __wasi_ciovec_t *iovs, size_t count, __wasi_filesize_t off,
                     __wasi_size_t *done) {
    TRANSFER(true, pwritev(fd, v, (int)count, (off_t)off));
}
werr REAL(fd_seek)(__wasi_fd_t fd, __wasi_filedelta_t delta, __wasi_whence_t whence, __wasi_filesize_t *now) {
    off_t at = lseek(fd, delta, whence);
    *now = (uint64_t)at;
    return from(at);
}
werr REAL(fd_tell)(__wasi_fd_t fd, __wasi_filesize_t *now) {
    return REAL(fd_seek)(fd, 0, SEEK_CUR, now);
}
werr REAL(fd_close)(__wasi_fd_t fd) {
    host.open_fds--;
    return from(close(fd));
}
werr REAL(fd_filestat_get)(__wasi_fd_t fd, __wasi_filestat_t *out) {
    struct stat st;
    int r = fstat(fd, &st);
    to_wasi(&st, out);
    return from(r);
}
werr REAL(fd_filestat_set_size)(__wasi_fd_t fd, __wasi_filesize_t size) {
    host.changes++;
    return from(ftruncate(fd, (off_t)size));
}
werr REAL(fd_filestat_set_times)(__wasi_fd_t fd, __wasi_timestamp_t a, __wasi_timestamp_t m, __wasi_fstflags_t f) {
    (void)fd, (void)a, (void)m, (void)f;
    host.changes++;
    return OK;
}
werr REAL(fd_allocate)(__wasi_fd_t fd, __wasi_filesize_t off, __wasi_filesize_t len) {
    (void)fd, (void)off, (void)len;
    host.changes++;
    return OK;
}
werr REAL(fd_advise)(__wasi_fd_t fd, __wasi_filesize_t off, __wasi_filesize_t len, __wasi_advice_t advice) {
    (void)fd, (void)off, (void)len, (void)advice;
    return OK;
}
werr REAL(fd_sync)(__wasi_fd_t fd) {
    return from(fsync(fd));
}
werr REAL(fd_datasync)(__wasi_fd_t fd) {
    return from(fdatasync(fd));
}
werr REAL(fd_fdstat_get)(__wasi_fd_t fd, __wasi_fdstat_t *out) {
    (void)fd;
    *out = (__wasi_fdstat_t){.fs_filetype = __WASI_FILETYPE_REGULAR_FILE};
    return OK;
}
werr REAL(fd_fdstat_set_flags)(__wasi_fd_t fd, __wasi_fdflags_t flags) {
    (void)fd, (void)flags;
    return OK;
}

// Lists like a host: names by position, which is enough for folders that do not change while they are read.
werr REAL(fd_readdir)(__wasi_fd_t fd, uint8_t *buf, __wasi_size_t room, __wasi_dircookie_t cookie,
                      __wasi_size_t *used) {
    DIR *dir = fdopendir(dup(fd));
    rewinddir(dir);
    size_t at = 0;
    for (uint64_t i = 0; at < room; i++) {
        struct dirent *e = readdir(dir);
        if (e == NULL)
            break;
        if (i < cookie)
            continue;
        __wasi_dirent_t head = {.d_next = i + 1, .d_ino = e->d_ino, .d_namlen = (uint32_t)strlen(e->d_name),
                                .d_type = e->d_type == DT_DIR ? __WASI_FILETYPE_DIRECTORY
                                                              : __WASI_FILETYPE_REGULAR_FILE};
        size_t part = sizeof head < room - at ? sizeof head : room - at;
        memcpy(buf + at, &head, part);
        at += part;
        part = head.d_namlen < room - at ? head.d_namlen : room - at;
        memcpy(buf + at, e->d_name, part);
        at += part;
    }
    closedir(dir);
    *used = at;
    return OK;
}

// --- what the shim has

bool croquant_is_signalled(void) {
    return false;
}

// The tests' stream: each byte, plus one.
bool croquant_unpack(const unsigned char *data, unsigned packed, unsigned char *to, unsigned size) {
    for (unsigned i = 0; i < size; i++)
        to[i] = (unsigned char)(data[i] + 1);
    return packed == size;
}

// --- croquant's own imports, clock and random

int32_t croquant_write(int32_t fd, const void *data, uint32_t len) {
    (void)fd;
    size_t part = sizeof host.output - host.output_len;
    if (part > len)
        part = len;
    memcpy(host.output + host.output_len, data, part);
    host.output_len += part;
    return (int32_t)part;
}

int32_t croquant_read(void *data, uint32_t len) {
    if (host_input == NULL)
        return -(int32_t)E(INTR);
    uint32_t n = (uint32_t)strlen(host_input);
    if (n > len)
        n = len;
    memcpy(data, host_input, n);
    host_input += n;
    return (int32_t)n;
}

int32_t croquant_sleep(int64_t ns) {
    host.slept += ns;
    return host_sleep_errno;
}

werr __wasi_clock_time_get(__wasi_clockid_t id, __wasi_timestamp_t precision, __wasi_timestamp_t *now) {
    (void)id, (void)precision;
    *now = 1000000000000 + 1000ull * host.clock_calls++ + (uint64_t)host.slept;
    return OK;
}

werr __wasi_random_get(uint8_t *buf, __wasi_size_t len) {
    for (size_t i = 0; i < len; i++)
        buf[i] = (uint8_t)(i * 37 + 11);
    return OK;
}
