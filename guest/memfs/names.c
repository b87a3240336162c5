// Making, moving and removing names.
#include "fs.h"

#include <stdlib.h>
#include <string.h>

__wasi_errno_t REAL(path_create_directory)(__wasi_fd_t, const char *);
__wasi_errno_t REAL(path_remove_directory)(__wasi_fd_t, const char *);
__wasi_errno_t REAL(path_unlink_file)(__wasi_fd_t, const char *);
__wasi_errno_t REAL(path_rename)(__wasi_fd_t, const char *, __wasi_fd_t, const char *);
__wasi_errno_t REAL(path_link)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_fd_t, const char *);
__wasi_errno_t REAL(path_symlink)(const char *, __wasi_fd_t, const char *);
__wasi_errno_t REAL(path_readlink)(__wasi_fd_t, const char *, uint8_t *, __wasi_size_t, __wasi_size_t *);

static werr writable(const struct place *at) {
    return at->mount->read_only ? E(ROFS) : OK;
}

// Gives a new node its name; frees it if that fails.
static werr name_it(const struct place *at, struct node *node) {
    if (node == NULL)
        return E(NOSPC);
    werr err = dir_add(at->dir, at->name, at->len, node);
    if (err != OK)
        node_free_if_unused(node);
    return err;
}

// A removed folder that is still open keeps its parent, for `..`.
static void bury(struct node *dir) {
    dir->dir.dead = true;
    node_pin(dir->dir.parent);
    node_free_if_unused(dir);
}

werr WRAP(path_create_directory)(__wasi_fd_t fd, const char *path) {
    struct place at;
    TRY(resolve(fd, path, PARENT, &at));
    if (at.mount != NULL) {
        if (is_mount_root(&at))
            return E(EXIST);
        TRY(writable(&at));
        return REAL(path_create_directory)(at.base_fd, host_path(&at));
    }
    if (at.node != NULL)
        return E(EXIST);
    return at.dir->dir.dead ? E(NOENT) : name_it(&at, node_new(DIR_NODE));
}

werr WRAP(path_remove_directory)(__wasi_fd_t fd, const char *path) {
    struct place at;
    TRY(resolve(fd, path, PARENT, &at));
    if (at.mount != NULL) {
        if (is_mount_root(&at))
            return E(BUSY);
        TRY(writable(&at));
        return REAL(path_remove_directory)(at.base_fd, host_path(&at));
    }
    switch (at.last) {
    case LAST_DOT: return E(INVAL);
    case LAST_DOTDOT: return E(NOTEMPTY);
    case LAST_ROOT: return E(BUSY);
    case LAST_NAME: break;
    }
    if (at.node == NULL)
        return E(NOENT);
    if (at.node->kind != DIR_NODE)
        return E(NOTDIR);
    if (at.node->dir.entry_count > 0)
        return E(NOTEMPTY);
    dir_drop(at.dir, at.entry);
    bury(at.node);
    return OK;
}

werr WRAP(path_unlink_file)(__wasi_fd_t fd, const char *path) {
    struct place at;
    TRY(resolve(fd, path, PARENT, &at));
    if (at.mount != NULL) {
        if (is_mount_root(&at))
            return E(ISDIR);
        TRY(writable(&at));
        return REAL(path_unlink_file)(at.base_fd, host_path(&at));
    }
    if (at.node == NULL)
        return E(NOENT);
    if (at.node->kind == DIR_NODE)
        return E(ISDIR);
    if (at.slash)
        return E(NOTDIR);
    if (node_is_fixed(at.node))
        return E(ROFS);
    at.node->ctim = fs_now();
    dir_drop(at.dir, at.entry);
    node_free_if_unused(at.node);
    return OK;
}

static bool is_inside(const struct node *dir, const struct node *ancestor) {
    for (; dir != ancestor; dir = dir->dir.parent)
        if (dir == fs_root)
            return false;
    return true;
}

static werr check_rename(const struct place *from, const struct place *to) {
    const struct node *moved = from->node, *over = to->node;
    if (from->last != LAST_NAME || to->last != LAST_NAME)
        return E(BUSY);
    if (moved == NULL)
        return E(NOENT);
    bool folder = moved->kind == DIR_NODE;
    if (!folder && (from->slash || to->slash))
        return E(NOTDIR);
    if (to->dir->dir.dead)
        return E(NOENT);
    if (folder && is_inside(to->dir, moved))
        return E(INVAL);
    if (over != NULL && over->kind == DIR_NODE && is_inside(from->dir, over) && over != moved)
        return E(NOTEMPTY);
    if (over == NULL || over == moved)
        return node_is_fixed(moved) ? E(ROFS) : OK;
    if (folder && over->kind != DIR_NODE)
        return E(NOTDIR);
    if (!folder && over->kind == DIR_NODE)
        return E(ISDIR);
    if (folder && over->dir.entry_count > 0)
        return E(NOTEMPTY);
    return node_is_fixed(moved) || node_is_fixed(over) ? E(ROFS) : OK;
}

static werr rename_in_memory(struct place *from, struct place *to) {
    TRY(check_rename(from, to));
    struct node *moved = from->node, *over = to->node;
    if (over == moved)
        return OK;    // two names of one file: POSIX keeps both
    if (over == NULL) {
        TRY(dir_add(to->dir, to->name, to->len, moved));
    } else {
        dir_replace(to->dir, to->entry, moved);
        over->ctim = fs_now();
        if (over->kind == DIR_NODE)
            bury(over);
        else
            node_free_if_unused(over);
    }
    moved->ctim = fs_now();
    dir_drop(from->dir, from->entry);
    return OK;
}

werr WRAP(path_rename)(__wasi_fd_t fd, const char *path, __wasi_fd_t new_fd, const char *new_path) {
    struct place from, to;
    TRY(resolve(fd, path, PARENT, &from));
    TRY(resolve(new_fd, new_path, PARENT, &to));
    if (is_mount_root(&from) || is_mount_root(&to))
        return E(BUSY);
    if (from.mount != to.mount)
        return from.mount == NULL && from.node == NULL ? E(NOENT) : E(XDEV);
    if (from.mount == NULL)
        return rename_in_memory(&from, &to);
    TRY(writable(&from));
    const char *old = host_path(&from);
    return REAL(path_rename)(from.base_fd, old, to.base_fd, host_path(&to));
}

werr WRAP(path_link)(__wasi_fd_t fd, __wasi_lookupflags_t flags, const char *path, __wasi_fd_t new_fd,
                     const char *new_path) {
    struct place from, to;
    TRY(resolve(fd, path, flags & __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW ? FOLLOW : NOFOLLOW, &from));
    if (from.mount == NULL) {
        if (from.node == NULL)
            return E(NOENT);
        if (from.slash && from.node->kind != DIR_NODE)
            return E(NOTDIR);
    }
    TRY(resolve(new_fd, new_path, PARENT, &to));
    if (from.mount != to.mount)
        return E(XDEV);
    if (from.mount != NULL) {
        if (is_mount_root(&to))
            return E(EXIST);
        TRY(writable(&to));
        const char *old = host_path(&from);
        return REAL(path_link)(from.base_fd, flags, old, to.base_fd, host_path(&to));
    }
    if (to.node != NULL)
        return E(EXIST);
    if (to.slash)
        return E(NOENT);
    if (from.node->kind == DIR_NODE)
        return E(PERM);
    if (node_is_fixed(from.node))
        return E(ROFS);
    if (from.node->names == 0)
        return E(NOENT);    // removed, but open
    if (!fs_has_room())
        return E(NOSPC);
    TRY(dir_add(to.dir, to.name, to.len, from.node));
    from.node->ctim = fs_now();
    return OK;
}

static struct node *new_link(const char *target, size_t len) {
    struct node *node = node_new(LINK_NODE);
    if (node == NULL)
        return NULL;
    node->link.target = malloc(len);
    if (node->link.target == NULL) {
        node_free_if_unused(node);
        return NULL;
    }
    memcpy(node->link.target, target, len);
    node->link.len = (uint32_t)len;
    return node;
}

werr WRAP(path_symlink)(const char *target, __wasi_fd_t fd, const char *path) {
    size_t len = strnlen(target, PATH_LIMIT);
    if (len == 0)
        return E(NOENT);
    if (len == PATH_LIMIT)
        return E(NAMETOOLONG);
    struct place at;
    TRY(resolve(fd, path, PARENT, &at));
    if (at.mount != NULL) {
        if (is_mount_root(&at))
            return E(EXIST);
        TRY(writable(&at));
        return REAL(path_symlink)(target, at.base_fd, host_path(&at));
    }
    if (at.node != NULL)
        return E(EXIST);
    if (at.slash || at.dir->dir.dead)
        return E(NOENT);
    return name_it(&at, new_link(target, len));
}

werr WRAP(path_readlink)(__wasi_fd_t fd, const char *path, uint8_t *buf, __wasi_size_t room, __wasi_size_t *used) {
    struct place at;
    TRY(resolve(fd, path, NOFOLLOW, &at));
    if (at.mount != NULL)
        return REAL(path_readlink)(at.base_fd, host_path(&at), buf, room, used);
    if (at.node == NULL)
        return E(NOENT);
    if (at.slash && at.node->kind != DIR_NODE)
        return E(NOTDIR);
    if (at.node->kind != LINK_NODE)
        return E(INVAL);
    *used = at.node->link.len < room ? at.node->link.len : room;
    memcpy(buf, at.node->link.target, *used);
    return OK;
}
