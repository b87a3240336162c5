// Memory that runs out, at every allocation in turn: each call fails cleanly, with the file as it was, and nothing leaks.
//
// Built with malloc, calloc and realloc renamed to the three below.
#include <fcntl.h>

#include "calls.h"
#include "check.h"

#undef malloc
#undef calloc
#undef realloc
#include <stdlib.h>
void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);

static long left = -1;    // allocations that still succeed; negative: all
static size_t largest = SIZE_MAX;

static bool refused(size_t size) {
    if (size > largest)
        return true;
    if (left == 0)
        return true;
    left -= left > 0;
    return false;
}

void *test_malloc(size_t size) {
    return refused(size) ? NULL : malloc(size);
}

void *test_calloc(size_t count, size_t size) {
    return refused(count * size) ? NULL : calloc(count, size);
}

void *test_realloc(void *old, size_t size) {
    return refused(size) ? NULL : realloc(old, size);
}

static const unsigned char bytes[] = "x";
const struct croquant_static_file croquant_static_files[] = {{"/usr/x", bytes, 1, 1}, {0}};

static char big[300000];
static __wasi_fd_t fd;
static size_t done;

static werr create(void) { return open_at(ROOT_FD, "tmp/new", O_RDWR | O_CREAT, &fd); }
static werr fill(void) {
    werr err = write_at(fd, big, sizeof big, &done);
    return err != OK || done == sizeof big ? err : E(NOSPC);
}
static werr far_write(void) {
    __wasi_ciovec_t iov = {(uint8_t *)big, 10};
    return WRAP(fd_pwrite)(fd, &iov, 1, 50000000, &done);
}
static werr reserve(void) { return WRAP(fd_allocate)(fd, 200000, 900000); }
static werr make_dir(void) { return WRAP(path_create_directory)(ROOT_FD, "tmp/d"); }
static werr make_link(void) { return WRAP(path_symlink)("target", ROOT_FD, "tmp/d/l"); }
static werr hard_link(void) { return WRAP(path_link)(ROOT_FD, 0, "tmp/new", ROOT_FD, "tmp/d/h"); }
static werr rename_new(void) { return WRAP(path_rename)(ROOT_FD, "tmp/d/l", ROOT_FD, "tmp/d2"); }
static werr make_deep(void) { return (werr)memfs_make_dirs("/x/y/z"); }
static werr begin_file(void) { return (werr)memfs_write_file("/x/y/z/file", big, sizeof big); }
static werr mount(void) { return (werr)memfs_mount("/mnt/a", 90, false); }
static werr unpack(void) {
    __wasi_fd_t packed;
    TRY(open_at(ROOT_FD, "usr/x", O_RDONLY, &packed));
    return WRAP(fd_close)(packed);
}
static werr many(void) {
    char path[32];
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "tmp/d/f%d", i);
        werr err = WRAP(path_create_directory)(ROOT_FD, path);
        if (err != OK && err != E(EXIST))
            return err;
    }
    return OK;
}

static unsigned refusals;

static void starve(werr (*call)(void)) {
    for (long n = 0; n < 500; n++) {
        left = n;
        werr err = call();
        left = -1;
        if (err == OK)
            return;
        refusals++;
        TRUE(err == E(NOSPC) || err == E(NOMEM));
    }
    TRUE(false);
}

static void starve_all(void) {
    starve(create);
    starve(fill);
    starve(far_write);
    starve(reserve);
    starve(make_dir);
    starve(make_link);
    starve(hard_link);
    starve(rename_new);
    starve(many);
    starve(unpack);
    starve(make_deep);
    starve(begin_file);
    starve(mount);
}

// When a large piece of memory cannot be had, files stop growing while small allocations still succeed.
static void reserve_is_left(void) {
    EQ(OK, WRAP(fd_filestat_set_size)(fd, 0));
    EQ(OK, WRAP(fd_seek)(fd, 0, __WASI_WHENCE_SET, &(uint64_t){0}));
    largest = 1000000;
    uint64_t total = 0;
    werr err;
    while ((err = write_at(fd, big, sizeof big, &done)) == OK && total < 100000000)
        total += done;
    largest = SIZE_MAX;
    EQ(E(NOSPC), err);
    TRUE(total < 4000000);
    __wasi_filestat_t st;
    EQ(OK, WRAP(fd_filestat_get)(fd, &st));
    EQ(total, st.size);
    EQ(OK, write_at(fd, big, 10, &done));    // and grow again when there is memory
    EQ(10, done);
}

int main(void) {
    memfs_init();
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 7 + i / 999);
    starve_all();
    // Each try wrote what it had room for, one after the other: all of it is there.
    __wasi_filestat_t st;
    EQ(OK, WRAP(fd_filestat_get)(fd, &st));
    EQ(50000010, st.size);
    char names[1024];
    __wasi_fd_t dir;
    EQ(OK, open_at(ROOT_FD, "tmp/d", O_RDONLY | O_DIRECTORY, &dir));
    EQ(OK, list(dir, 500, names, sizeof names));
    EQ(2 + 10 * 3 + 30 * 4, strlen(names));
    EQ(OK, WRAP(fd_close)(dir));
    reserve_is_left();
    EQ(OK, WRAP(fd_close)(fd));
    TRUE(refusals > 60);
    return verdict("memory");
}
