// From a path to a place in memory or in a mount.
//
// In memory every name is looked up here. From a mount's point on, names are only collected: the host resolves them,
// symbolic links included, beneath the folder that it granted. `..` is the one exception, because it may lead back out of
// the mount.
//
// Invariant: a path given to the host is relative and has no `..`.
#include "fs.h"

#include <string.h>

__wasi_errno_t REAL(path_filestat_get)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_filestat_t *);
__wasi_errno_t REAL(path_readlink)(__wasi_fd_t, const char *, uint8_t *, __wasi_size_t, __wasi_size_t *);

struct walk {
    struct place *at;
    struct node *here;          // in memory: the directory reached
    const char *opened_at;      // in a mount: path of the open folder that the walk began in, NULL at the mount's root
    const char *rest;           // what is left to walk
    unsigned links;
    char text[PATH_LIMIT];      // holds `rest` once a link was followed
};

static void enter_mount(struct walk *w, struct mount *mount) {
    w->at->mount = mount;
    w->at->base_fd = mount->host_fd;
    w->at->path[0] = 0;
    w->opened_at = NULL;
}

static void enter(struct walk *w, struct node *dir) {
    if (dir->dir.mount != NULL) {
        enter_mount(w, dir->dir.mount);
    } else {
        w->at->mount = NULL;
        w->here = dir;
    }
}

static werr begin(struct walk *w, __wasi_fd_t fd) {
    const struct open_file *file = fd_get(fd);
    if (file == NULL)
        return E(BADF);
    if (*w->rest == '/')
        enter(w, fs_root);
    else if (file->kind == OPEN_NODE && file->node->kind == DIR_NODE)
        // The folder itself, even if something was mounted over it since.
        w->here = file->node;
    else if (file->kind == OPEN_HOST && file->host_path != NULL) {
        enter_mount(w, file->mount);
        w->at->base_fd = file->host_fd;
        w->opened_at = file->host_path;
    } else
        return E(NOTDIR);
    return OK;
}

static werr append(char path[PATH_LIMIT], const char *name, size_t len) {
    size_t used = strlen(path);
    if (used + 1 + len >= PATH_LIMIT)
        return E(NAMETOOLONG);
    if (used)
        path[used++] = '/';
    memcpy(path + used, name, len);
    path[used + len] = 0;
    return OK;
}

static void finish(struct walk *w, enum last last, struct entry *entry, struct node *node) {
    w->at->last = last;
    w->at->dir = w->here;
    w->at->entry = entry;
    w->at->node = node;
}

// Puts a link's target in front of what is left to walk.
static werr prepend(struct walk *w, const char *target, size_t len) {
    if (++w->links > LINK_LIMIT)
        return E(LOOP);
    size_t left = strlen(w->rest);
    if (len + left >= PATH_LIMIT)
        return E(NAMETOOLONG);
    memmove(w->text + len, w->rest, left + 1);
    memcpy(w->text, target, len);
    w->rest = w->text;
    return OK;
}

static werr expand(struct walk *w, const struct node *link) {
    TRY(prepend(w, link->link.target, link->link.len));
    if (*w->rest == '/') {
        enter(w, fs_root);
        finish(w, LAST_ROOT, NULL, w->here);
    }
    return OK;
}

static void drop_last(char *path) {
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = 0;
}

// The walk stands at a link of the host's and goes on with `..`, which is put back behind the link's target.
static werr expand_host_link(struct walk *w) {
    char target[PATH_LIMIT];
    __wasi_size_t len;
    TRY(REAL(path_readlink)(w->at->base_fd, w->at->path, (uint8_t *)target, PATH_LIMIT - sizeof "/..", &len));
    if (len == 0 || target[0] == '/')
        return E(PERM);    // as the host says: absolute, it leads out of the folder
    memcpy(target + len, "/..", 3);
    drop_last(w->at->path);
    return prepend(w, target, len + 3);
}

// `..` in a mount. Below a real folder it takes the last name away; at the mount's root it leaves the mount. A link is
// replaced by its target first, since that is where its `..` is. So no `..` ever reaches the host.
static werr host_parent(struct walk *w) {
    struct place *at = w->at;
    if (at->path[0] == 0 && w->opened_at != NULL) {
        strcpy(at->path, w->opened_at);
        at->base_fd = at->mount->host_fd;
        w->opened_at = NULL;
    }
    if (at->path[0] == 0) {
        struct node *point = at->mount->point;
        at->mount = NULL;
        w->here = point->dir.parent;
        return OK;
    }
    __wasi_filestat_t st;
    TRY(REAL(path_filestat_get)(at->base_fd, 0, at->path, &st));
    if (st.filetype == __WASI_FILETYPE_SYMBOLIC_LINK)
        return expand_host_link(w);
    if (st.filetype != __WASI_FILETYPE_DIRECTORY)
        return E(NOTDIR);
    drop_last(at->path);
    return OK;
}

static bool is_dots(const char *name, size_t len, size_t dots) {
    return len == dots && memcmp(name, "..", dots) == 0;
}

static werr host_step(struct walk *w, const char *name, size_t len, bool is_last) {
    if (is_dots(name, len, 1)) {
        w->at->slash |= is_last;    // `file/.` must be a folder, as `file/`
        return OK;
    }
    if (!is_dots(name, len, 2))
        return append(w->at->path, name, len);
    TRY(host_parent(w));
    w->at->slash |= is_last;    // as for `.`
    if (is_last && w->at->mount == NULL)
        finish(w, LAST_DOTDOT, NULL, w->here);
    return OK;
}

static bool follows_last(enum follow follow, bool slash) {
    switch (follow) {
    case PARENT: return false;
    case NOFOLLOW: return slash;
    case FOLLOW: return true;
    case CREATE: return !slash;
    }
    return false;
}

static werr memory_step(struct walk *w, const char *name, size_t len, bool is_last, enum follow follow) {
    if (is_dots(name, len, 1)) {
        if (is_last)
            finish(w, LAST_DOT, NULL, w->here);
        return OK;
    }
    if (is_dots(name, len, 2)) {
        if (w->here != fs_root)
            enter(w, w->here->dir.parent);
        if (is_last && w->at->mount == NULL)
            finish(w, LAST_DOTDOT, NULL, w->here);
        return OK;
    }
    struct entry *entry = dir_find(w->here, name, len);
    struct node *node = entry ? entry->node : NULL;
    if (node != NULL && node->kind == LINK_NODE && (!is_last || follows_last(follow, w->at->slash)))
        return expand(w, node);
    if (is_last) {
        if (node != NULL && node->kind == DIR_NODE && node->dir.mount != NULL) {
            enter(w, node);
            return OK;
        }
        finish(w, LAST_NAME, entry, node);
        memcpy(w->at->name, name, len);
        w->at->len = len;
        return OK;
    }
    if (node == NULL)
        return E(NOENT);
    if (node->kind != DIR_NODE)
        return E(NOTDIR);
    enter(w, node);
    return OK;
}

// Finds the place of `path`, which starts at the open folder `fd`. That nothing has the last name is no error here.
werr resolve(__wasi_fd_t fd, const char *path, enum follow follow, struct place *at) {
    struct walk w;    // not cleared: it has a large buffer
    w.at = at;
    w.rest = path;
    w.links = 0;
    w.opened_at = NULL;
    at->mount = NULL;
    at->slash = false;
    size_t length = strnlen(path, PATH_LIMIT);
    if (length == 0)
        return E(NOENT);
    if (length == PATH_LIMIT)
        return E(NAMETOOLONG);
    TRY(begin(&w, fd));
    if (at->mount == NULL)
        finish(&w, LAST_ROOT, NULL, w.here);
    for (;;) {
        w.rest += strspn(w.rest, "/");
        if (*w.rest == 0)
            break;
        const char *name = w.rest;
        size_t len = strcspn(name, "/");
        if (len > NAME_LIMIT)
            return E(NAMETOOLONG);
        w.rest += len;
        bool is_last = w.rest[strspn(w.rest, "/")] == 0;
        at->slash = is_last && *w.rest == '/';
        if (at->mount != NULL)
            TRY(host_step(&w, name, len, is_last));
        else
            TRY(memory_step(&w, name, len, is_last, follow));
    }
    return OK;
}

bool is_mount_root(const struct place *at) {
    return at->mount != NULL && at->path[0] == 0 && at->base_fd == at->mount->host_fd;
}

// The path to give to the host.
const char *host_path(struct place *at) {
    if (at->path[0] == 0)
        return ".";
    size_t used = strlen(at->path);
    if (at->slash && used + 1 < PATH_LIMIT && at->path[used - 1] != '/')
        memcpy(at->path + used, "/", 2);
    return at->path;
}
