// From a path to a place in memory or in a mount.
//
// In memory every name is looked up here. From a mount's point on, names are only collected: the host resolves them,
// symbolic links included, beneath the folder that it granted, and nothing decided here can widen that. `..` is the one
// exception, because it may lead back out of the mount; see `host_parent`.
#include "fs.h"

#include <string.h>

__wasi_errno_t REAL(path_filestat_get)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_filestat_t *);

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

// `..` in a mount. Below a real folder it takes the last name away, and at the mount's root it leaves the mount. After
// a symbolic link only the host knows where `..` leads: it stays in the path, and the host refuses it if it leads out.
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
    char *slash = strrchr(at->path, '/');
    char *name = slash ? slash + 1 : at->path;
    if (strcmp(name, "..") == 0)
        return append(at->path, "..", 2);
    __wasi_filestat_t st;
    TRY(REAL(path_filestat_get)(at->base_fd, 0, at->path, &st));
    if (st.filetype == __WASI_FILETYPE_SYMBOLIC_LINK)
        return append(at->path, "..", 2);
    if (st.filetype != __WASI_FILETYPE_DIRECTORY)
        return E(NOTDIR);
    *(slash ? slash : at->path) = 0;
    return OK;
}

static void finish(struct walk *w, enum last last, struct entry *entry, struct node *node) {
    w->at->last = last;
    w->at->dir = w->here;
    w->at->entry = entry;
    w->at->node = node;
}

// Puts a link's target in front of what is left to walk.
static werr expand(struct walk *w, const struct node *link) {
    if (++w->links > LINK_LIMIT)
        return E(LOOP);
    size_t len = link->link.len, left = strlen(w->rest);
    if (len + left >= PATH_LIMIT)
        return E(NAMETOOLONG);
    memmove(w->text + len, w->rest, left + 1);
    memcpy(w->text, link->link.target, len);
    w->rest = w->text;
    if (*w->rest == '/') {
        enter(w, fs_root);
        finish(w, LAST_ROOT, NULL, w->here);
    }
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
    w->at->slash |= is_last;
    if (is_last && w->at->mount == NULL)
        finish(w, LAST_DOTDOT, NULL, w->here);
    return OK;
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
    if (node != NULL && node->kind == LINK_NODE
        && (!is_last || follow == FOLLOW || (follow == NOFOLLOW && w->at->slash)))
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
