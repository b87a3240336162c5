// Descriptor numbers and the open files behind them.
//
// Several numbers may stand for one open file (after `dup`), as in POSIX: they share its offset and flags. Host files
// have a number of ours too; the host's own number stays behind it.
#include "fs.h"

#include <stdlib.h>
#include <string.h>

struct open_file *fs_fds[FD_LIMIT];

static struct open_file streams[3] = {
    {.kind = OPEN_STREAM, .refs = 1, .readable = true, .stream = 0},
    {.kind = OPEN_STREAM, .refs = 1, .writable = true, .stream = 1},
    {.kind = OPEN_STREAM, .refs = 1, .writable = true, .stream = 2},
};
static struct open_file root = {.kind = OPEN_NODE, .refs = 1, .readable = true};
static int lowest_free;    // no number below is free
static int limit = FD_LIMIT;

__wasi_errno_t REAL(fd_close)(__wasi_fd_t fd);

void fds_init(void) {
    for (int i = 0; i < 3; i++)
        fs_fds[i] = &streams[i];
    node_pin(fs_root);
    root.node = fs_root;
    fs_fds[ROOT_FD] = &root;
    lowest_free = ROOT_FD + 1;
}

// The streams and the root have the first four numbers.
void memfs_set_open_limit(unsigned files) {
    limit = files < FD_LIMIT - 4 ? (int)files + 4 : FD_LIMIT;
}

unsigned memfs_open_limit(void) {
    return (unsigned)limit;
}

static int free_number(void) {
    while (lowest_free < limit && fs_fds[lowest_free] != NULL)
        lowest_free++;
    return lowest_free;
}

bool fd_room(void) {
    return free_number() < limit;
}

static bool is_static(const struct open_file *file) {
    return (file >= streams && file < streams + 3) || file == &root;
}

// Gives an open file the lowest free number. The file is copied; its node must be pinned already.
werr fd_new(const struct open_file *file, __wasi_fd_t *fd) {
    int number = free_number();
    if (number >= limit)
        return E(MFILE);
    struct open_file *copy = malloc(sizeof *copy);
    if (copy == NULL)
        return E(NOMEM);
    *copy = *file;
    copy->refs = 1;
    fs_fds[number] = copy;
    *fd = number;
    return OK;
}

static werr release(struct open_file *file) {
    if (--file->refs > 0)
        return OK;
    werr err = OK;
    if (file->kind == OPEN_HOST)
        err = REAL(fd_close)(file->host_fd);
    if (file->kind == OPEN_NODE) {
        if (file->writable && file->node->kind == FILE_NODE && file->node->names > 0)
            file_trim(file->node);
        node_unpin(file->node);
    }
    free(file->host_path);
    if (!is_static(file))
        free(file);
    return err;
}

// The root is no file that a program opened: to it, number 3 is simply not in use.
static struct open_file *program_file(__wasi_fd_t fd) {
    return fd == ROOT_FD ? NULL : fd_get(fd);
}

static void vacate(__wasi_fd_t fd) {
    fs_fds[fd] = NULL;
    if (fd < lowest_free)
        lowest_free = fd;
}

werr WRAP(fd_close)(__wasi_fd_t fd) {
    struct open_file *file = program_file(fd);
    if (file == NULL)
        return E(BADF);
    vacate(fd);
    return release(file);
}

werr WRAP(fd_renumber)(__wasi_fd_t from, __wasi_fd_t to) {
    struct open_file *file = program_file(from), *old = program_file(to);
    if (file == NULL || old == NULL)
        return E(BADF);
    if (from == to)
        return OK;
    vacate(from);
    fs_fds[to] = file;
    release(old);    // as `dup2`: what closing the old file says is not told
    return OK;
}

werr memfs_dup(__wasi_fd_t fd, __wasi_fd_t at_least, __wasi_fd_t *out) {
    struct open_file *file = program_file(fd);
    if (file == NULL)
        return E(BADF);
    if (at_least < 0 || at_least >= limit)
        return E(INVAL);
    int number = free_number();
    if (number < at_least)
        number = at_least;
    while (number < limit && fs_fds[number] != NULL)
        number++;
    if (number >= limit)
        return E(MFILE);
    file->refs++;
    fs_fds[number] = file;
    *out = number;
    return OK;
}

werr memfs_dup2(__wasi_fd_t fd, __wasi_fd_t to) {
    struct open_file *file = program_file(fd);
    if (file == NULL || to < 0 || to >= limit || to == ROOT_FD)
        return E(BADF);
    if (fd == to)
        return OK;
    struct open_file *old = fs_fds[to];
    file->refs++;
    fs_fds[to] = file;
    if (old != NULL)
        release(old);
    return OK;
}
