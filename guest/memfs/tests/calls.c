#define _GNU_SOURCE
#include "calls.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

werr open_at(__wasi_fd_t dir, const char *path, int flags, __wasi_fd_t *fd) {
    const __wasi_rights_t reads = __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR;
    const __wasi_rights_t writes = __WASI_RIGHTS_FD_DATASYNC | __WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_ALLOCATE
        | __WASI_RIGHTS_FD_FILESTAT_SET_SIZE;
    __wasi_rights_t rights = ~(reads | writes);
    int access = flags & O_ACCMODE;
    rights |= access == O_RDONLY || access == O_RDWR ? reads : 0;
    rights |= access == O_WRONLY || access == O_RDWR ? writes : 0;
    __wasi_oflags_t oflags = 0;
    oflags |= flags & O_CREAT ? __WASI_OFLAGS_CREAT : 0;
    oflags |= flags & O_EXCL ? __WASI_OFLAGS_EXCL : 0;
    oflags |= flags & O_TRUNC ? __WASI_OFLAGS_TRUNC : 0;
    oflags |= flags & O_DIRECTORY ? __WASI_OFLAGS_DIRECTORY : 0;
    __wasi_lookupflags_t lookup = flags & O_NOFOLLOW ? 0 : __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW;
    __wasi_fdflags_t fdflags = flags & O_APPEND ? __WASI_FDFLAGS_APPEND : 0;
    return WRAP(path_open)(dir, lookup, path, oflags, rights, ~(__wasi_rights_t)0, fdflags, fd);
}

werr read_at(__wasi_fd_t fd, void *buf, size_t len, size_t *done) {
    __wasi_iovec_t iov = {buf, len};
    return WRAP(fd_read)(fd, &iov, 1, done);
}

werr write_at(__wasi_fd_t fd, const void *buf, size_t len, size_t *done) {
    __wasi_ciovec_t iov = {buf, len};
    return WRAP(fd_write)(fd, &iov, 1, done);
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

werr list(__wasi_fd_t dir, size_t room, char *out, size_t out_len) {
    char *names[512];
    size_t count = 0;
    uint64_t cookie = 0;
    uint8_t *buf = malloc(room);
    werr err = OK;
    for (;;) {
        size_t used, at = 0, whole = 0;
        err = WRAP(fd_readdir)(dir, buf, room, cookie, &used);
        if (err != OK)
            break;
        while (used - at >= sizeof(__wasi_dirent_t)) {
            __wasi_dirent_t head;
            memcpy(&head, buf + at, sizeof head);
            if (used - at - sizeof head < head.d_namlen)
                break;
            const char *name = (const char *)buf + at + sizeof head;
            if (strncmp(name, "..", head.d_namlen) != 0 && count < 512)
                names[count++] = strndup(name, head.d_namlen);
            at += sizeof head + head.d_namlen;
            cookie = head.d_next;
            whole++;
        }
        if (used < room || whole == 0)
            break;
    }
    free(buf);
    qsort(names, count, sizeof *names, compare);
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        if (used + len + 2 < out_len) {
            memcpy(out + used, names[i], len);
            used += len;
            out[used++] = ' ';
            out[used] = 0;
        }
        free(names[i]);
    }
    return err;
}
