// What files are: kind, size, times, flags and rights; and changes of these.
#include "fs.h"

__wasi_errno_t REAL(fd_advise)(__wasi_fd_t, __wasi_filesize_t, __wasi_filesize_t, __wasi_advice_t);
__wasi_errno_t REAL(fd_allocate)(__wasi_fd_t, __wasi_filesize_t, __wasi_filesize_t);
__wasi_errno_t REAL(fd_datasync)(__wasi_fd_t);
__wasi_errno_t REAL(fd_sync)(__wasi_fd_t);
__wasi_errno_t REAL(fd_fdstat_get)(__wasi_fd_t, __wasi_fdstat_t *);
__wasi_errno_t REAL(fd_fdstat_set_flags)(__wasi_fd_t, __wasi_fdflags_t);
__wasi_errno_t REAL(fd_filestat_get)(__wasi_fd_t, __wasi_filestat_t *);
__wasi_errno_t REAL(fd_filestat_set_size)(__wasi_fd_t, __wasi_filesize_t);
__wasi_errno_t REAL(fd_filestat_set_times)(__wasi_fd_t, __wasi_timestamp_t, __wasi_timestamp_t, __wasi_fstflags_t);
__wasi_errno_t REAL(path_filestat_get)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_filestat_t *);
__wasi_errno_t REAL(path_filestat_set_times)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_timestamp_t,
                                             __wasi_timestamp_t, __wasi_fstflags_t);

__wasi_filetype_t node_filetype(const struct node *node) {
    switch (node->kind) {
    case DIR_NODE: return __WASI_FILETYPE_DIRECTORY;
    case FILE_NODE: return __WASI_FILETYPE_REGULAR_FILE;
    case LINK_NODE: return __WASI_FILETYPE_SYMBOLIC_LINK;
    case DEVICE_NODE: return __WASI_FILETYPE_CHARACTER_DEVICE;
    }
    return __WASI_FILETYPE_UNKNOWN;
}

void node_stat(const struct node *node, __wasi_filestat_t *out) {
    *out = (__wasi_filestat_t){
        .dev = MEMORY_DEVICE | (uint64_t)node->mode << MODE_SHIFT, .ino = node->ino, .filetype = node_filetype(node), .nlink = node->names,
        .atim = node->atim, .mtim = node->mtim, .ctim = node->ctim};
    if (node->kind == FILE_NODE)
        out->size = node->file.size;
    if (node->kind == LINK_NODE)
        out->size = node->link.len;
    if (node->kind == DIR_NODE)    // its name, its `.`, and each folder's `..`
        out->nlink = node->dir.dead ? 0 : 2 + node->dir.subdirs;
}

static __wasi_filetype_t stream_filetype(int stream) {
    return stream_is_tty(stream) ? __WASI_FILETYPE_CHARACTER_DEVICE : __WASI_FILETYPE_UNKNOWN;
}

werr WRAP(fd_filestat_get)(__wasi_fd_t fd, __wasi_filestat_t *out) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_HOST)
        return REAL(fd_filestat_get)(file->host_fd, out);
    if (file->kind == OPEN_NODE)
        node_stat(file->node, out);
    else
        *out = (__wasi_filestat_t){.filetype = stream_filetype(file->stream), .nlink = 1};
    return OK;
}

werr WRAP(path_filestat_get)(__wasi_fd_t fd, __wasi_lookupflags_t flags, const char *path, __wasi_filestat_t *out) {
    struct place at;
    TRY(resolve(fd, path, flags & __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW ? FOLLOW : NOFOLLOW, &at));
    if (at.mount != NULL)
        return REAL(path_filestat_get)(at.base_fd, flags, host_path(&at), out);
    if (at.node == NULL)
        return E(NOENT);
    if (at.slash && at.node->kind != DIR_NODE)
        return E(NOTDIR);
    node_stat(at.node, out);
    return OK;
}

static werr check_times(__wasi_fstflags_t flags) {
    const __wasi_fstflags_t atim = __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW;
    const __wasi_fstflags_t mtim = __WASI_FSTFLAGS_MTIM | __WASI_FSTFLAGS_MTIM_NOW;
    return (flags & atim) == atim || (flags & mtim) == mtim || (flags & ~(atim | mtim)) ? E(INVAL) : OK;
}

static werr set_times(struct node *node, uint64_t atim, uint64_t mtim, __wasi_fstflags_t flags) {
    if (node_is_fixed(node))
        return E(ROFS);
    if (flags == 0)
        return OK;
    uint64_t now = fs_now();
    if (flags & (__WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW))
        node->atim = flags & __WASI_FSTFLAGS_ATIM ? atim : now;
    if (flags & (__WASI_FSTFLAGS_MTIM | __WASI_FSTFLAGS_MTIM_NOW))
        node->mtim = flags & __WASI_FSTFLAGS_MTIM ? mtim : now;
    node->ctim = now;
    return OK;
}

werr WRAP(fd_filestat_set_times)(__wasi_fd_t fd, __wasi_timestamp_t atim, __wasi_timestamp_t mtim,
                                 __wasi_fstflags_t flags) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    TRY(check_times(flags));
    if (file->kind == OPEN_STREAM)
        return E(INVAL);
    if (file->kind == OPEN_NODE)
        return set_times(file->node, atim, mtim, flags);
    return file->mount->read_only ? E(ROFS) : REAL(fd_filestat_set_times)(file->host_fd, atim, mtim, flags);
}

werr WRAP(path_filestat_set_times)(__wasi_fd_t fd, __wasi_lookupflags_t lookup, const char *path,
                                   __wasi_timestamp_t atim, __wasi_timestamp_t mtim, __wasi_fstflags_t flags) {
    TRY(check_times(flags));
    struct place at;
    TRY(resolve(fd, path, lookup & __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW ? FOLLOW : NOFOLLOW, &at));
    if (at.mount != NULL) {
        if (at.mount->read_only)
            return E(ROFS);
        return REAL(path_filestat_set_times)(at.base_fd, lookup, host_path(&at), atim, mtim, flags);
    }
    if (at.node == NULL)
        return E(NOENT);
    if (at.slash && at.node->kind != DIR_NODE)
        return E(NOTDIR);
    return set_times(at.node, atim, mtim, flags);
}

// The open regular file `fd`, ready to change its bytes; or the host's file, if `*host` is set.
static werr changeable(__wasi_fd_t fd, struct node **node, const struct open_file **host) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    *host = file->kind == OPEN_HOST ? file : NULL;
    if (file->kind == OPEN_HOST)
        return file->mount->read_only ? E(ROFS) : OK;
    if (file->kind == OPEN_STREAM || file->node->kind != FILE_NODE || !file->writable)
        return E(INVAL);    // as `ftruncate` has it
    *node = file->node;
    return OK;
}

werr WRAP(fd_filestat_set_size)(__wasi_fd_t fd, __wasi_filesize_t size) {
    struct node *node;
    const struct open_file *host;
    TRY(changeable(fd, &node, &host));
    if (size > INT64_MAX)
        return E(INVAL);
    return host ? REAL(fd_filestat_set_size)(host->host_fd, size) : file_resize(node, size);
}

werr WRAP(fd_allocate)(__wasi_fd_t fd, __wasi_filesize_t offset, __wasi_filesize_t len) {
    struct node *node;
    const struct open_file *host;
    werr err = changeable(fd, &node, &host);
    if (err != OK)
        return err == E(INVAL) ? E(BADF) : err;
    if (len == 0 || offset > INT64_MAX || len > INT64_MAX)
        return E(INVAL);
    return host ? REAL(fd_allocate)(host->host_fd, offset, len) : file_reserve(node, offset, len);
}

werr WRAP(fd_advise)(__wasi_fd_t fd, __wasi_filesize_t offset, __wasi_filesize_t len, __wasi_advice_t advice) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return E(SPIPE);
    if (advice > __WASI_ADVICE_NOREUSE || len > INT64_MAX)
        return E(INVAL);
    return file->kind == OPEN_HOST ? REAL(fd_advise)(file->host_fd, offset, len, advice) : OK;
}

// Memory has nothing to wait for.
static werr synced(__wasi_fd_t fd, werr (*host_sync)(__wasi_fd_t)) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return E(INVAL);
    return file->kind == OPEN_HOST ? host_sync(file->host_fd) : OK;
}

werr WRAP(fd_sync)(__wasi_fd_t fd) {
    return synced(fd, REAL(fd_sync));
}

werr WRAP(fd_datasync)(__wasi_fd_t fd) {
    return synced(fd, REAL(fd_datasync));
}

// wasi-libc takes three things from rights: what a file may be opened for (`openat` asks its folder), the access mode
// (`F_GETFL`), and that a terminal is a character device that cannot seek (`isatty`).
static const __wasi_rights_t all_rights = (__WASI_RIGHTS_SOCK_ACCEPT << 1) - 1;

static __wasi_rights_t rights_of(const struct open_file *file) {
    const __wasi_rights_t access = __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR | __WASI_RIGHTS_FD_WRITE;
    const __wasi_rights_t seek = __WASI_RIGHTS_FD_SEEK | __WASI_RIGHTS_FD_TELL;
    if (file->kind == OPEN_NODE && file->node->kind == DIR_NODE)
        return all_rights & ~seek;
    __wasi_rights_t rights = all_rights & ~access;
    if (file->kind == OPEN_STREAM)
        rights &= ~seek;
    if (file->readable)
        rights |= __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR;
    if (file->writable)
        rights |= __WASI_RIGHTS_FD_WRITE;
    return rights;
}

werr WRAP(fd_fdstat_get)(__wasi_fd_t fd, __wasi_fdstat_t *out) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_HOST)
        return REAL(fd_fdstat_get)(file->host_fd, out);
    __wasi_filetype_t type = file->kind == OPEN_NODE ? node_filetype(file->node) : stream_filetype(file->stream);
    // wasi-libc hands the inherited rights on to `path_open`, where the host refuses bits that have no name.
    *out = (__wasi_fdstat_t){.fs_filetype = type, .fs_flags = file->flags, .fs_rights_base = rights_of(file),
                             .fs_rights_inheriting = all_rights};
    return OK;
}

werr WRAP(fd_fdstat_set_flags)(__wasi_fd_t fd, __wasi_fdflags_t flags) {
    struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_HOST)
        TRY(REAL(fd_fdstat_set_flags)(file->host_fd, flags));
    file->flags = flags;
    return OK;
}
