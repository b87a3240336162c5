// What wasi-libc gets not quite right about paths: `chdir`, and the empty path.
#include "fs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

__wasi_errno_t REAL(path_filestat_get)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_filestat_t *);
int __real_chdir(const char *path);
int __wrap_chdir(const char *path);

// The place of a path as C has it: relative to the current directory, following links.
werr resolve_text(const char *path, struct place *at) {
    char text[PATH_LIMIT];
    size_t used = 0, len = strnlen(path, PATH_LIMIT);
    if (len == 0)
        return E(NOENT);
    if (*path != '/') {
        if (getcwd(text, sizeof text - 1) == NULL)
            return E(NAMETOOLONG);
        used = strlen(text);
        text[used++] = '/';
    }
    if (used + len >= PATH_LIMIT)
        return E(NAMETOOLONG);
    memcpy(text + used, path, len + 1);
    return resolve(ROOT_FD, text, FOLLOW, at);
}

// The absolute path of the folder at `path`, without dots and, in memory, without links.
static werr canonical(const char *path, char out[PATH_LIMIT]) {
    struct place at;
    TRY(resolve_text(path, &at));
    if (at.mount == NULL) {
        if (at.node == NULL)
            return E(NOENT);
        return at.node->kind == DIR_NODE ? node_path(at.node, out) : E(NOTDIR);
    }
    at.slash = false;    // that it is a folder is asked anyway
    __wasi_filestat_t st;
    TRY(REAL(path_filestat_get)(at.base_fd, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, host_path(&at), &st));
    if (st.filetype != __WASI_FILETYPE_DIRECTORY)
        return E(NOTDIR);
    TRY(node_path(at.mount->point, out));
    size_t base = strlen(out), rest = strlen(at.path);
    if (rest == 0)
        return OK;
    if (base + 1 + rest >= PATH_LIMIT)
        return E(NAMETOOLONG);
    out[base] = '/';
    memcpy(out + base + 1, at.path, rest + 1);
    return OK;
}

// wasi-libc puts the argument after the current directory as text, so `chdir("..")` would leave the dots there for good.
int __wrap_chdir(const char *path) {
    char real[PATH_LIMIT];
    werr err = canonical(path, real);
    if (err != OK) {
        errno = err;
        return -1;
    }
    return __real_chdir(real);
}

int __real___wasilibc_find_relpath_alloc(const char *path, const char **abs, char **relative, size_t *len, int grow);
int __wrap___wasilibc_find_relpath_alloc(const char *path, const char **abs, char **relative, size_t *len, int grow);

// Every path of wasi-libc's `open`, `stat`, … comes by here. It takes the empty path for the current directory.
int __wrap___wasilibc_find_relpath_alloc(const char *path, const char **abs, char **relative, size_t *len, int grow) {
    if (*path == 0) {
        errno = ENOENT;
        return -1;
    }
    return __real___wasilibc_find_relpath_alloc(path, abs, relative, len, grow);
}
