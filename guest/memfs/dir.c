// Listing directories.
#include "fs.h"

#include <string.h>

__wasi_errno_t REAL(fd_readdir)(__wasi_fd_t, uint8_t *, __wasi_size_t, __wasi_dircookie_t, __wasi_size_t *);

struct listing {
    uint8_t *buf;
    size_t room, used;
};

// Adds a name, cut short where the buffer ends: a full buffer tells wasi-libc that more may follow. False: full.
static bool put(struct listing *l, uint64_t next, const struct node *node, const char *name, size_t len) {
    __wasi_dirent_t head = {.d_next = next, .d_ino = node->ino, .d_namlen = (uint32_t)len,
                            .d_type = node_filetype(node)};
    size_t left = l->room - l->used, part = sizeof head < left ? sizeof head : left;
    memcpy(l->buf + l->used, &head, part);
    l->used += part;
    left -= part;
    part = len < left ? len : left;
    memcpy(l->buf + l->used, name, part);
    l->used += part;
    return l->used < l->room;
}

werr WRAP(fd_readdir)(__wasi_fd_t fd, uint8_t *buf, __wasi_size_t room, __wasi_dircookie_t cookie,
                      __wasi_size_t *used) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (file->kind == OPEN_HOST)
        return REAL(fd_readdir)(file->host_fd, buf, room, cookie, used);
    if (file->kind != OPEN_NODE || file->node->kind != DIR_NODE)
        return E(NOTDIR);
    const struct node *dir = file->node;
    const struct node *parent = dir == fs_root ? dir : dir->dir.parent;
    struct listing l = {buf, room, 0};
    uint32_t count;
    bool more = !(dir->dir.dead);    // a removed directory has not even dots
    if (more && cookie == 0)
        more = put(&l, 1, dir, ".", 1);
    if (more && cookie <= 1)
        more = put(&l, 2, parent, "..", 2);
    for (const struct slot *s = dir_slots_from(dir, cookie, &count); more && count > 0; s++, count--)
        if (s->entry != NULL)
            more = put(&l, s->cookie + 1, s->entry->node, s->entry->name, s->entry->len);
    *used = l.used;
    return OK;
}
