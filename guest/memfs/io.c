// Reading, writing and seeking in open files.
#include "fs.h"

__wasi_errno_t REAL(fd_read)(__wasi_fd_t, const __wasi_iovec_t *, size_t, __wasi_size_t *);
__wasi_errno_t REAL(fd_pread)(__wasi_fd_t, const __wasi_iovec_t *, size_t, __wasi_filesize_t, __wasi_size_t *);
__wasi_errno_t REAL(fd_write)(__wasi_fd_t, const __wasi_ciovec_t *, size_t, __wasi_size_t *);
__wasi_errno_t REAL(fd_pwrite)(__wasi_fd_t, const __wasi_ciovec_t *, size_t, __wasi_filesize_t, __wasi_size_t *);
__wasi_errno_t REAL(fd_seek)(__wasi_fd_t, __wasi_filedelta_t, __wasi_whence_t, __wasi_filesize_t *);
__wasi_errno_t REAL(fd_tell)(__wasi_fd_t, __wasi_filesize_t *);

static werr read_node(const struct node *node, const __wasi_iovec_t *iovs, size_t count, uint64_t offset,
                      size_t *done) {
    *done = 0;
    if (node->kind == DIR_NODE)
        return E(ISDIR);
    for (size_t i = 0; i < count; i++) {
        size_t n = node->kind == FILE_NODE ? file_read(node, offset + *done, iovs[i].buf, iovs[i].buf_len)
                                           : device_read(node->device, iovs[i].buf, iovs[i].buf_len);
        *done += n;
        if (n < iovs[i].buf_len)
            break;
    }
    return OK;
}

static werr write_node(struct node *node, const __wasi_ciovec_t *iovs, size_t count, uint64_t offset,
                       size_t *done) {
    *done = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = iovs[i].buf_len;
        if (node->kind == FILE_NODE) {
            werr err = file_write(node, offset + *done, iovs[i].buf, iovs[i].buf_len, &n);
            if (err != OK)
                return *done ? OK : err;
        }
        *done += n;
        if (n < iovs[i].buf_len)
            break;
    }
    return OK;
}

werr WRAP(fd_read)(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_size_t *done) {
    struct open_file *file = fd_get(fd);
    if (file == NULL || !file->readable)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return stream_read(file->stream, iovs, count, done);
    if (file->kind == OPEN_HOST)
        return REAL(fd_read)(file->host_fd, iovs, count, done);
    TRY(read_node(file->node, iovs, count, file->offset, done));
    file->offset += *done;
    return OK;
}

werr WRAP(fd_write)(__wasi_fd_t fd, const __wasi_ciovec_t *iovs, size_t count, __wasi_size_t *done) {
    struct open_file *file = fd_get(fd);
    if (file == NULL || !file->writable)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return stream_write(file->stream, iovs, count, done);
    if (file->kind == OPEN_HOST)
        return REAL(fd_write)(file->host_fd, iovs, count, done);
    bool append = (file->flags & __WASI_FDFLAGS_APPEND) && file->node->kind == FILE_NODE;
    uint64_t start = append ? file->node->file.size : file->offset;
    TRY(write_node(file->node, iovs, count, start, done));
    if (*done > 0)    // writing nothing does not even move to the end
        file->offset = start + *done;
    return OK;
}

werr WRAP(fd_pread)(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_filesize_t offset,
                    __wasi_size_t *done) {
    struct open_file *file = fd_get(fd);
    if (file == NULL || !file->readable)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return E(SPIPE);
    if (file->kind == OPEN_HOST)
        return REAL(fd_pread)(file->host_fd, iovs, count, offset, done);
    if (offset > INT64_MAX)
        return E(INVAL);
    return read_node(file->node, iovs, count, offset, done);
}

// With O_APPEND, POSIX has the offset count here, where Linux appends; preview 1's hosts do as POSIX.
werr WRAP(fd_pwrite)(__wasi_fd_t fd, const __wasi_ciovec_t *iovs, size_t count, __wasi_filesize_t offset,
                     __wasi_size_t *done) {
    struct open_file *file = fd_get(fd);
    if (file == NULL || !file->writable)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return E(SPIPE);
    if (file->kind == OPEN_HOST)
        return REAL(fd_pwrite)(file->host_fd, iovs, count, offset, done);
    if (offset > INT64_MAX)
        return E(INVAL);
    return write_node(file->node, iovs, count, offset, done);
}

werr WRAP(fd_seek)(__wasi_fd_t fd, __wasi_filedelta_t delta, __wasi_whence_t whence, __wasi_filesize_t *now) {
    struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return E(SPIPE);
    if (file->kind == OPEN_HOST)
        return REAL(fd_seek)(file->host_fd, delta, whence, now);
    if (file->node->kind == DEVICE_NODE) {    // as Linux has it for /dev/null
        *now = 0;
        return OK;
    }
    int64_t base;
    switch (whence) {
    case __WASI_WHENCE_SET: base = 0; break;
    case __WASI_WHENCE_CUR: base = (int64_t)file->offset; break;
    case __WASI_WHENCE_END: base = file->node->kind == FILE_NODE ? (int64_t)file->node->file.size : 0; break;
    default: return E(INVAL);
    }
    int64_t offset;
    if (__builtin_add_overflow(base, delta, &offset))
        return E(OVERFLOW);
    if (offset < 0)
        return E(INVAL);
    file->offset = *now = (uint64_t)offset;
    return OK;
}

werr WRAP(fd_tell)(__wasi_fd_t fd, __wasi_filesize_t *now) {
    struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_STREAM)
        return E(SPIPE);
    if (file->kind == OPEN_HOST)
        return REAL(fd_tell)(file->host_fd, now);
    *now = file->offset;
    return OK;
}
