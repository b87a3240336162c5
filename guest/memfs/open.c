// Opening files.
#include "fs.h"

#include <stdlib.h>
#include <string.h>

__wasi_errno_t REAL(path_open)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_oflags_t, __wasi_rights_t,
                               __wasi_rights_t, __wasi_fdflags_t, __wasi_fd_t *);
__wasi_errno_t REAL(path_filestat_get)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_filestat_t *);
__wasi_errno_t REAL(fd_filestat_get)(__wasi_fd_t, __wasi_filestat_t *);
__wasi_errno_t REAL(fd_close)(__wasi_fd_t);

// What `path_open` was asked for.
struct request {
    __wasi_lookupflags_t lookup;
    __wasi_oflags_t oflags;
    __wasi_rights_t rights, inheriting;
    __wasi_fdflags_t flags;
    bool read, write;
};

static werr make_file(const struct place *at, struct node **made) {
    if (at->dir->dir.dead)
        return E(NOENT);
    struct node *node = node_new(FILE_NODE);
    if (node == NULL)
        return E(NOSPC);
    werr err = dir_add(at->dir, at->name, at->len, node);
    if (err != OK)
        node_free_if_unused(node);
    *made = node;
    return err;
}

static werr check_existing(const struct node *node, const struct request *r) {
    bool change = r->write || (r->oflags & __WASI_OFLAGS_TRUNC);
    if ((r->oflags & __WASI_OFLAGS_CREAT) && (r->oflags & __WASI_OFLAGS_EXCL))
        return E(EXIST);
    if (node->kind == LINK_NODE)
        return (r->oflags & __WASI_OFLAGS_DIRECTORY) ? E(NOTDIR) : E(LOOP);
    if (node->kind == DIR_NODE)
        return change || (r->oflags & __WASI_OFLAGS_CREAT) ? E(ISDIR) : OK;
    if (r->oflags & __WASI_OFLAGS_DIRECTORY)
        return E(NOTDIR);
    return change && node_is_fixed(node) ? E(ROFS) : OK;
}

static werr open_device(const struct node *node, const struct request *r, __wasi_fd_t *fd) {
    struct open_file file = {.kind = OPEN_STREAM, .stream = (int)node->device - DEV_STDIN, .flags = r->flags};
    file.readable = r->read && file.stream == 0;
    file.writable = r->write && file.stream != 0;
    return fd_new(&file, fd);
}

static werr open_in_memory(struct place *at, const struct request *r, __wasi_fd_t *fd) {
    bool create = r->oflags & __WASI_OFLAGS_CREAT;
    if (create && (r->oflags & __WASI_OFLAGS_DIRECTORY))
        return E(INVAL);
    if (create && at->slash && at->last == LAST_NAME)
        return E(ISDIR);
    if (!fd_room())
        return E(MFILE);    // before anything is made or cut short
    struct node *node = at->node;
    if (node == NULL) {
        if (!create)
            return E(NOENT);
        TRY(make_file(at, &node));
    } else {
        if (at->slash && node->kind != DIR_NODE)
            return E(NOTDIR);
        TRY(check_existing(node, r));
        if (node->kind == DEVICE_NODE && node->device == DEV_TTY)
            return E(NXIO);    // no terminal is a session's own: `getpass` then asks on the streams
        if (node->kind == DEVICE_NODE && node->device >= DEV_STDIN)
            return open_device(node, r, fd);
        if ((r->oflags & __WASI_OFLAGS_TRUNC) && node->kind == FILE_NODE)
            TRY(file_resize(node, 0));
        if (node->kind == FILE_NODE)
            TRY(file_unpack(node));
    }
    struct open_file file = {
        .kind = OPEN_NODE, .node = node, .readable = r->read, .writable = r->write, .flags = r->flags};
    node_pin(node);
    werr err = fd_new(&file, fd);
    if (err != OK)
        node_unpin(node);
    return err;
}

// A read-only mount is never asked to change anything. O_CREAT may still open what exists, as on Linux.
static werr drop_create(struct place *at, struct request *r) {
    if (r->write || (r->oflags & __WASI_OFLAGS_TRUNC))
        return E(ROFS);
    if (!(r->oflags & __WASI_OFLAGS_CREAT))
        return OK;
    __wasi_filestat_t st;
    bool exclusive = r->oflags & __WASI_OFLAGS_EXCL;
    werr err = REAL(path_filestat_get)(at->base_fd, exclusive ? 0 : r->lookup, host_path(at), &st);
    if (err != OK)
        return err == E(NOENT) ? E(ROFS) : err;
    if (exclusive)
        return E(EXIST);
    r->oflags &= (__wasi_oflags_t)~__WASI_OFLAGS_CREAT;
    return OK;
}

// Where a folder lies in its mount is kept, for `..` from it.
static werr remember_path(const struct place *at, __wasi_fd_t base, char **out) {
    const struct open_file *file = fd_get(base);
    const char *start = at->base_fd != at->mount->host_fd && file != NULL ? file->host_path : "";
    size_t room = strlen(start) + 1 + strlen(at->path) + 1;
    char *path = malloc(room);
    if (path == NULL)
        return E(NOMEM);
    size_t used = strlen(start), len = strlen(at->path);
    memcpy(path, start, used);
    if (used && len)
        path[used++] = '/';
    memcpy(path + used, at->path, len);
    used += len;
    while (used && path[used - 1] == '/')
        used--;
    path[used] = 0;
    *out = path;
    return OK;
}

static werr open_in_mount(struct place *at, __wasi_fd_t base, struct request r, __wasi_fd_t *fd) {
    if (at->mount->read_only)
        TRY(drop_create(at, &r));
    if (!fd_room())
        return E(MFILE);
    struct open_file file = {.kind = OPEN_HOST, .mount = at->mount, .readable = r.read, .writable = r.write,
                             .flags = r.flags};
    TRY(REAL(path_open)(at->base_fd, r.lookup, host_path(at), r.oflags, r.rights, r.inheriting, r.flags,
                        &file.host_fd));
    __wasi_filestat_t st;
    werr err = REAL(fd_filestat_get)(file.host_fd, &st);
    if (err == OK && st.filetype == __WASI_FILETYPE_DIRECTORY)
        err = remember_path(at, base, &file.host_path);
    if (err == OK)
        err = fd_new(&file, fd);
    if (err != OK) {
        free(file.host_path);
        if (REAL(fd_close)(file.host_fd) != OK)
            return E(IO);
    }
    return err;
}

werr WRAP(path_open)(__wasi_fd_t fd, __wasi_lookupflags_t lookup, const char *path, __wasi_oflags_t oflags,
                     __wasi_rights_t rights, __wasi_rights_t inheriting, __wasi_fdflags_t flags,
                     __wasi_fd_t *opened) {
    struct request r = {lookup, oflags, rights, inheriting, flags, false, false};
    r.read = rights & (__WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR);
    r.write = rights & (__WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_ALLOCATE | __WASI_RIGHTS_FD_FILESTAT_SET_SIZE);
    enum follow follow = lookup & __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW ? FOLLOW : NOFOLLOW;
    if (oflags & __WASI_OFLAGS_CREAT)
        follow = follow == FOLLOW && !(oflags & __WASI_OFLAGS_EXCL) ? CREATE : PARENT;
    struct place at;
    TRY(resolve(fd, path, follow, &at));
    return at.mount ? open_in_mount(&at, fd, r, opened) : open_in_memory(&at, &r, opened);
}
