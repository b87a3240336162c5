// The same random calls on the memory filesystem and on Linux's own: same errors, same results.
//
// Both run in a folder so deep that no `..` that a test makes can leave the tested tree.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"

enum { SLOTS = 6, DEPTH = 150 };

const struct croquant_static_file croquant_static_files[] = {{0}};

static uint64_t seed;
static char history[32][512];
static unsigned step_count, failures;

static uint32_t random_below(uint32_t n) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 11) % n;
}

struct pair { int theirs; __wasi_fd_t ours; bool open, folder, append, write; };
static struct pair slots[SLOTS];
static struct pair base;

static void fail(const char *what, long theirs, long ours) {
    fprintf(stderr, "FAIL seed step %u: %s: linux %ld, memfs %ld\n", step_count, what, theirs, ours);
    for (unsigned i = step_count < 31 ? 0 : step_count - 31; i <= step_count; i++)
        fprintf(stderr, "    %s\n", history[i % 32]);
    failures++;
}

static void same(const char *what, long theirs, long ours) {
    if (theirs != ours)
        fail(what, theirs, ours);
}

#define NOTE(...) snprintf(history[step_count % 32], sizeof history[0], __VA_ARGS__)

static const char *name(void) {
    static const char *const names[] = {"a", "b", "c", "d", "e", ".", "..", "f"};
    return names[random_below(random_below(3) ? 5 : 8)];
}

static const char *path(void) {
    static char paths[4][64];
    static unsigned turn;
    char *p = paths[turn++ % 4];
    p[0] = 0;
    if (random_below(400) == 0)
        return p;
    unsigned parts = 1 + random_below(random_below(2) + 2);
    for (unsigned i = 0; i < parts; i++) {
        strcat(p, name());
        if (i + 1 < parts)
            strcat(p, random_below(20) ? "/" : "//");
    }
    if (random_below(10) == 0)
        strcat(p, "/");
    return p;
}

static struct pair *folder(void) {
    struct pair *s = &slots[random_below(SLOTS)];
    return s->open && random_below(3) == 0 ? s : &base;
}

static struct pair *file(void) {
    for (int i = 0; i < 8; i++) {
        struct pair *s = &slots[random_below(SLOTS)];
        if (s->open)
            return s;
    }
    return NULL;
}

static werr linux_error(long r) {
    return r < 0 ? host_errno(errno) : OK;
}

static void close_slot(struct pair *s) {
    if (!s->open)
        return;
    same("close", linux_error(close(s->theirs)), WRAP(fd_close)(s->ours));
    s->open = false;
}

static void do_open(void) {
    struct pair *s = &slots[random_below(SLOTS)], *at = folder();
    if (s == at)
        return;
    static const int access[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR};
    int flags = access[random_below(4)];
    if (random_below(2)) flags |= O_CREAT;
    if (random_below(6) == 0) flags |= O_EXCL;
    if (random_below(6) == 0) flags |= O_TRUNC;
    if (random_below(6) == 0) flags |= O_APPEND;
    if (random_below(6) == 0) flags |= O_NOFOLLOW;
    if (random_below(5) == 0) flags = (flags & O_NOFOLLOW) | O_RDONLY | O_DIRECTORY;
    if ((flags & O_EXCL) && !(flags & O_CREAT))
        flags &= ~O_EXCL;    // undefined
    if ((flags & O_TRUNC) && (flags & O_ACCMODE) == O_RDONLY)
        flags &= ~O_TRUNC;    // unspecified
    const char *p = path();
    close_slot(s);
    NOTE("open(%d, \"%s\", 0%o)", at->theirs, p, flags);
    int theirs = openat(at->theirs, p, flags, 0644);
    werr expected = linux_error(theirs);
    __wasi_fd_t ours = -1;
    werr got = open_at(at->ours, p, flags, &ours);
    same("open", expected, got);
    if (expected == OK && got == OK) {
        struct stat st;
        fstat(theirs, &st);
        *s = (struct pair){theirs, ours, true, S_ISDIR(st.st_mode), (flags & O_APPEND) != 0,
                           (flags & O_ACCMODE) != O_RDONLY};
    } else if (expected == OK)
        close(theirs);
}

static void do_read(struct pair *s) {
    static char a[70000], b[70000];
    size_t len = random_below(4) ? random_below(60) : random_below(sizeof a), done = 0;
    bool at = random_below(2);
    uint64_t offset = random_below(4) ? random_below(100) : random_below(120000);
    NOTE("%s(%d, %zu, %llu)", at ? "pread" : "read", s->theirs, len, (unsigned long long)offset);
    memset(a, 1, sizeof a), memset(b, 1, sizeof b);
    ssize_t n = at ? pread(s->theirs, a, len, (off_t)offset) : read(s->theirs, a, len);
    __wasi_iovec_t iov = {(uint8_t *)b, len};
    werr expected = linux_error(n);
    werr got = at ? WRAP(fd_pread)(s->ours, &iov, 1, offset, &done) : WRAP(fd_read)(s->ours, &iov, 1, &done);
    same("read", expected, got);
    if (expected == OK) {
        same("bytes read", n, (long)done);
        same("content", 0, memcmp(a, b, sizeof a));
    }
}

static void do_write(struct pair *s) {
    static char data[70000];
    size_t len = random_below(4) ? random_below(60) : random_below(sizeof data), done = 0;
    memset(data, 'A' + (int)random_below(26), len);
    bool at = random_below(2) && !s->append;    // Linux appends then, against POSIX
    uint64_t offset = random_below(4) ? random_below(100) : random_below(120000);
    NOTE("%s(%d, %zu, %llu)", at ? "pwrite" : "write", s->theirs, len, (unsigned long long)offset);
    ssize_t n = at ? pwrite(s->theirs, data, len, (off_t)offset) : write(s->theirs, data, len);
    werr expected = linux_error(n);
    __wasi_ciovec_t iov = {(uint8_t *)data, len};
    werr got = at ? WRAP(fd_pwrite)(s->ours, &iov, 1, offset, &done) : WRAP(fd_write)(s->ours, &iov, 1, &done);
    same("write", expected, got);
    if (expected == OK)
        same("bytes written", n, (long)done);
}

static void do_seek(struct pair *s) {
    if (s->folder)
        return;
    int64_t delta = (int64_t)random_below(300) - 100;
    int whence = (int)random_below(4);
    whence = whence == 3 ? 7 : whence;
    NOTE("seek(%d, %lld, %d)", s->theirs, (long long)delta, whence);
    off_t at = lseek(s->theirs, delta, whence);
    werr expected = linux_error(at);
    uint64_t now = 0;
    same("seek", expected, WRAP(fd_seek)(s->ours, delta, (uint8_t)whence, &now));
    if (expected == OK)
        same("offset", at, (long)now);
}

static void do_resize(struct pair *s) {
    uint64_t size = random_below(3) ? random_below(200) : random_below(150000);
    NOTE("ftruncate(%d, %llu)", s->theirs, (unsigned long long)size);
    same("ftruncate", linux_error(ftruncate(s->theirs, (off_t)size)), WRAP(fd_filestat_set_size)(s->ours, size));
}

static void do_allocate(struct pair *s) {
    if (!s->write)
        return;
    uint64_t offset = random_below(50000), len = random_below(100000);
    NOTE("posix_fallocate(%d, %llu, %llu)", s->theirs, (unsigned long long)offset, (unsigned long long)len);
    int r = posix_fallocate(s->theirs, (off_t)offset, (off_t)len);
    same("allocate", host_errno(r), WRAP(fd_allocate)(s->ours, offset, len));
}

static void same_stat(const struct stat *st, const __wasi_filestat_t *f) {
    int type = f->filetype == __WASI_FILETYPE_DIRECTORY ? S_IFDIR
        : f->filetype == __WASI_FILETYPE_SYMBOLIC_LINK ? S_IFLNK : S_IFREG;
    same("type", st->st_mode & S_IFMT, type);
    if (type == S_IFDIR)
        return;    // sizes and links of folders differ from one of Linux's filesystems to the next
    same("nlink", (long)st->st_nlink, (long)f->nlink);
    same("size", (long)st->st_size, (long)f->size);
}

static void do_stat(void) {
    struct pair *at = folder();
    const char *p = path();
    bool follow = random_below(2);
    NOTE("%s(%d, \"%s\")", follow ? "stat" : "lstat", at->theirs, p);
    struct stat st;
    __wasi_filestat_t f;
    werr expected = linux_error(fstatat(at->theirs, p, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    same("stat", expected, WRAP(path_filestat_get)(at->ours, follow, p, &f));
    if (expected == OK)
        same_stat(&st, &f);
}

static void do_fstat(struct pair *s) {
    NOTE("fstat(%d)", s->theirs);
    struct stat st;
    __wasi_filestat_t f;
    same("fstat", linux_error(fstat(s->theirs, &st)), WRAP(fd_filestat_get)(s->ours, &f));
    same_stat(&st, &f);
}

static void linux_list(int fd, char *out, size_t out_len) {
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY);
    out[0] = 0;
    if (copy < 0)
        return;    // a removed folder
    struct dirent **names;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", copy);
    int count = scandir(link, &names, NULL, NULL);
    size_t used = 0;
    const char *sorted[64];
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(names[i]->d_name, ".") && strcmp(names[i]->d_name, ".."))
            sorted[kept++] = names[i]->d_name;
    for (int i = 1; i < kept; i++)
        for (int j = i; j > 0 && strcmp(sorted[j - 1], sorted[j]) > 0; j--) {
            const char *t = sorted[j];
            sorted[j] = sorted[j - 1], sorted[j - 1] = t;
        }
    for (int i = 0; i < kept; i++)
        used += (size_t)snprintf(out + used, out_len - used, "%s ", sorted[i]);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    close(copy);
}

static void do_list(struct pair *s) {
    char theirs[1024], ours[1024];
    NOTE("readdir(%d)", s->theirs);
    werr err = list(s->ours, 30 + random_below(200), ours, sizeof ours);
    same("readdir", s->folder ? OK : E(NOTDIR), err);
    if (!s->folder)
        return;
    linux_list(s->theirs, theirs, sizeof theirs);
    if (strcmp(theirs, ours) != 0) {
        fprintf(stderr, "linux [%s] memfs [%s]\n", theirs, ours);
        fail("names", 0, 1);
    }
}

static void do_names(uint32_t kind) {
    struct pair *at = folder(), *to = folder();
    const char *p = path(), *q = path();
    switch (kind) {
    case 0:
        NOTE("mkdir(%d, \"%s\")", at->theirs, p);
        same("mkdir", linux_error(mkdirat(at->theirs, p, 0755)), WRAP(path_create_directory)(at->ours, p));
        break;
    case 1:
        NOTE("rmdir(%d, \"%s\")", at->theirs, p);
        same("rmdir", linux_error(unlinkat(at->theirs, p, AT_REMOVEDIR)), WRAP(path_remove_directory)(at->ours, p));
        break;
    case 2:
        NOTE("unlink(%d, \"%s\")", at->theirs, p);
        same("unlink", linux_error(unlinkat(at->theirs, p, 0)), WRAP(path_unlink_file)(at->ours, p));
        break;
    case 3:
        NOTE("rename(%d, \"%s\", %d, \"%s\")", at->theirs, p, to->theirs, q);
        same("rename", linux_error(renameat(at->theirs, p, to->theirs, q)),
             WRAP(path_rename)(at->ours, p, to->ours, q));
        break;
    case 4: {
        bool follow = random_below(2);
        NOTE("link(%d, \"%s\", %d, \"%s\", %d)", at->theirs, p, to->theirs, q, follow);
        same("link", linux_error(linkat(at->theirs, p, to->theirs, q, follow ? AT_SYMLINK_FOLLOW : 0)),
             WRAP(path_link)(at->ours, follow, p, to->ours, q));
        break;
    }
    case 5:
        NOTE("symlink(\"%s\", %d, \"%s\")", q, at->theirs, p);
        same("symlink", linux_error(symlinkat(q, at->theirs, p)), WRAP(path_symlink)(q, at->ours, p));
        break;
    case 6: {
        char a[100] = {0}, b[100] = {0};
        size_t used = 0, room = random_below(40) + 1;
        NOTE("readlink(%d, \"%s\", %zu)", at->theirs, p, room);
        ssize_t n = readlinkat(at->theirs, p, a, room);
        werr expected = linux_error(n);
        same("readlink", expected, WRAP(path_readlink)(at->ours, p, (uint8_t *)b, room, &used));
        if (expected == OK)
            same("target", 0, n != (ssize_t)used || memcmp(a, b, used) != 0);
        break;
    }
    }
}

static void do_dup(void) {
    struct pair *from = file(), *to = &slots[random_below(SLOTS)];
    if (from == NULL || from == to)
        return;
    NOTE("dup(%d)", from->theirs);
    close_slot(to);
    *to = *from;
    to->theirs = dup(from->theirs);
    same("dup", OK, memfs_dup(from->ours, 0, &to->ours));
}

static void do_renumber(void) {
    struct pair *from = file(), *to = file();
    if (from == NULL || to == NULL || from == to)
        return;
    NOTE("dup2(%d, %d), close", from->theirs, to->theirs);
    dup2(from->theirs, to->theirs);
    close(from->theirs);
    same("renumber", OK, WRAP(fd_renumber)(from->ours, to->ours));
    struct pair kept = *to;
    *to = *from;
    to->theirs = kept.theirs;
    to->ours = kept.ours;
    from->open = false;
}

static void step(void) {
    history[step_count % 32][0] = 0;
    uint32_t what = random_below(24);
    if (what < 7) {
        do_names(what);
        return;
    }
    struct pair *s = file();
    switch (what) {
    case 7: case 8: case 9: case 10: do_open(); return;
    case 11: case 12: do_stat(); return;
    case 13: do_dup(); return;
    case 14: do_renumber(); return;
    }
    if (s == NULL)
        return;
    switch (what) {
    case 15: case 16: do_read(s); return;
    case 17: case 18: do_write(s); return;
    case 19: do_seek(s); return;
    case 20: do_resize(s); return;
    case 21: random_below(3) ? do_fstat(s) : do_allocate(s); return;
    case 22: do_list(random_below(2) ? s : &base); return;
    case 23: NOTE("close(%d)", s->theirs); close_slot(s); return;
    }
}

static void begin(int dir) {
    char first[32];
    snprintf(first, sizeof first, "run%d", dir);
    __wasi_fd_t ours = ROOT_FD;
    int theirs = dir;
    for (int i = 0; i < DEPTH; i++) {
        const char *part = i ? "a" : first;
        if (mkdirat(theirs, part, 0755) != 0 || WRAP(path_create_directory)(ours, part) != OK)
            abort();
        int down = openat(theirs, part, O_RDONLY | O_DIRECTORY);
        __wasi_fd_t below;
        if (down < 0 || open_at(ours, part, O_RDONLY | O_DIRECTORY, &below) != OK)
            abort();
        if (i) {
            close(theirs);
            if (WRAP(fd_close)(ours) != OK)
                abort();
        }
        theirs = down, ours = below;
    }
    base = (struct pair){theirs, ours, true, true, false, false};
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: differential FOLDER FIRST_SEED RUNS\n");
        return 2;
    }
    memfs_init();
    unsigned long first = strtoul(argv[2], NULL, 10), runs = strtoul(argv[3], NULL, 10), steps = 0;
    for (unsigned long run = 0; run < runs; run++) {
        char dir[1024];
        snprintf(dir, sizeof dir, "%s/XXXXXX", argv[1]);
        if (mkdtemp(dir) == NULL) {
            perror(dir);
            return 2;
        }
        seed = 88172645463325252ull + (first + run) * 0x9e3779b97f4a7c15ull;
        int fd = open(dir, O_RDONLY | O_DIRECTORY);
        begin(fd);
        char top[32];
        snprintf(top, sizeof top, "run%d", fd);
        for (step_count = 0; step_count < 3000 && failures == 0; step_count++)
            step();
        steps += step_count;
        for (int i = 0; i < SLOTS; i++)
            close_slot(&slots[i]);
        close(base.theirs);
        if (WRAP(fd_close)(base.ours) != OK || WRAP(path_rename)(ROOT_FD, top, ROOT_FD, "tmp/old") != OK)
            abort();
        char old[64];
        snprintf(old, sizeof old, "tmp/old%lu", run);
        if (WRAP(path_rename)(ROOT_FD, "tmp/old", ROOT_FD, old) != OK)
            abort();
        close(fd);
        if (failures) {
            fprintf(stderr, "with seed %lu\n", first + run);
            return 1;
        }
    }
    printf("differential: %lu steps alike\n", steps);
    return host.calls != 0;    // memory files need no host
}
