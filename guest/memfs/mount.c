// The host's folders, shown in place of memory directories.
#include "fs.h"

#include <stdlib.h>

static bool has_mount_below(const struct node *dir) {
    for (uint32_t i = 0; i < dir->dir.slot_count; i++) {
        const struct entry *e = dir->dir.order[i].entry;
        if (e == NULL || e->node->kind != DIR_NODE)
            continue;
        if (e->node->dir.mount != NULL || has_mount_below(e->node))
            return true;
    }
    return false;
}

int memfs_mount(const char *guest_path, int host_fd, bool read_only) {
    if (guest_path == NULL || *guest_path != '/' || host_fd < 0)
        return E(INVAL);
    TRY((werr)memfs_make_dirs(guest_path));
    struct place at;
    TRY(resolve(ROOT_FD, guest_path, FOLLOW, &at));
    if (at.mount != NULL)
        return is_mount_root(&at) ? E(BUSY) : E(NOTSUP);
    if (at.node == NULL)
        return E(NOENT);
    if (at.node->kind != DIR_NODE)
        return E(NOTDIR);
    // A session's `/` is always its own: memory, private, and the one preopen that the image has captured.
    if (at.node == fs_root)
        return E(INVAL);
    if (has_mount_below(at.node))
        return E(BUSY);
    struct mount *mount = malloc(sizeof *mount);
    if (mount == NULL)
        return E(NOMEM);
    *mount = (struct mount){.point = at.node, .host_fd = host_fd, .read_only = read_only};
    at.node->dir.mount = mount;
    return OK;
}
