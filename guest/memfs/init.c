// The tree as a session finds it, and what its begin adds.
#include "fs.h"

#include <stdlib.h>
#include <string.h>

static struct node *must(struct node *node) {
    if (node == NULL)
        abort();    // while the image is made: there is memory, or no image
    return node;
}

static void add_device(const char *path, enum device device) {
    struct place at;
    if (resolve(ROOT_FD, path, PARENT, &at) != OK)
        abort();
    struct node *node = must(node_new(DEVICE_NODE));
    node->device = device;
    if (dir_add(at.dir, at.name, at.len, node) != OK)
        abort();
}

static werr make_parents(const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return OK;
    char parent[PATH_LIMIT];
    size_t len = (size_t)(slash - path);
    if (len >= PATH_LIMIT)
        return E(NAMETOOLONG);
    memcpy(parent, path, len);
    parent[len] = 0;
    return (werr)memfs_make_dirs(parent);
}

static void add_static_file(const struct croquant_static_file *file) {
    struct place at;
    if (make_parents(file->path) != OK || resolve(ROOT_FD, file->path, PARENT, &at) != OK || at.mount != NULL
        || at.node != NULL)
        abort();
    struct node *node = must(node_new(FILE_NODE));
    if (file->packed != 0) {
        node->file.packed = file->data;
        node->file.packed_len = file->packed;
    } else {
        node->file.fixed = file->data;
    }
    node->file.size = file->size;
    node->mode = 0444;
    if (dir_add(at.dir, at.name, at.len, node) != OK)
        abort();
}

// Before the constructors of libc and Python, so that they find their files.
__attribute__((constructor(101))) void memfs_init(void) {
    if (fs_root != NULL)
        return;
    fs_root = must(node_new(DIR_NODE));
    fs_root->names = 1;
    fds_init();
    if (memfs_make_dirs("/home/user") != OK || memfs_make_dirs("/tmp") != OK || memfs_make_dirs("/dev") != OK)
        abort();
    add_device("/dev/tty", DEV_TTY);
    add_device("/dev/null", DEV_NULL);
    add_device("/dev/zero", DEV_ZERO);
    add_device("/dev/random", DEV_RANDOM);
    add_device("/dev/urandom", DEV_RANDOM);
    add_device("/dev/stdin", DEV_STDIN);
    add_device("/dev/stdout", DEV_STDOUT);
    add_device("/dev/stderr", DEV_STDERR);
    for (const struct croquant_static_file *file = croquant_static_files; file->path != NULL; file++)
        add_static_file(file);
}

werr WRAP(path_create_directory)(__wasi_fd_t fd, const char *path);

int memfs_make_dirs(const char *path) {
    if (path == NULL || *path != '/')
        return E(INVAL);
    char part[PATH_LIMIT];
    for (size_t i = 0;; i++) {
        if (i == PATH_LIMIT)
            return E(NAMETOOLONG);
        part[i] = path[i];
        if ((path[i] != '/' && path[i] != 0) || i == 0)
            continue;
        part[i] = 0;
        struct place at;
        TRY(resolve(ROOT_FD, part, FOLLOW, &at));
        if (at.mount == NULL && at.node == NULL) {
            werr err = WRAP(path_create_directory)(ROOT_FD, part);
            if (err != OK)
                return err;
        } else if (at.mount == NULL && at.node->kind != DIR_NODE) {
            return E(NOTDIR);
        }
        if (path[i] == 0)
            return OK;
        part[i] = '/';
    }
}

int memfs_write_file(const char *path, const void *data, size_t size) {
    if (path == NULL || *path != '/')
        return E(INVAL);
    TRY(make_parents(path));
    struct place at;
    TRY(resolve(ROOT_FD, path, FOLLOW, &at));
    if (at.mount != NULL)
        return E(XDEV);
    if (at.slash || (at.node != NULL && at.node->kind == DIR_NODE))
        return E(ISDIR);
    struct node *node = at.node;
    if (node == NULL) {
        node = node_new(FILE_NODE);
        if (node == NULL)
            return E(NOSPC);
        werr err = dir_add(at.dir, at.name, at.len, node);
        if (err != OK) {
            node_free_if_unused(node);
            return err;
        }
    } else if (node->kind != FILE_NODE) {
        return E(INVAL);
    } else if (node_is_fixed(node)) {
        return E(ROFS);
    }
    TRY(file_resize(node, 0));
    size_t written = 0;
    TRY(file_write(node, 0, data, size, &written));
    return written == size ? OK : E(NOSPC);
}
