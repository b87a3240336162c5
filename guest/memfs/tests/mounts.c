// Host folders in the tree: what reaches the host, and what must not.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "check.h"

const struct croquant_static_file croquant_static_files[] = {{0}};

static char work[512];

static void host_file(const char *path, const char *text) {
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", work, path);
    FILE *f = fopen(full, "w");
    fputs(text, f);
    fclose(f);
}

static void host_dir(const char *path) {
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", work, path);
    if (mkdir(full, 0755) != 0)
        abort();
}

static void host_link(const char *target, const char *path) {
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", work, path);
    if (symlink(target, full) != 0)
        abort();
}

static bool host_has(const char *path, const char *text) {
    char full[1024], got[64] = {0};
    snprintf(full, sizeof full, "%s/%s", work, path);
    FILE *f = fopen(full, "r");
    if (f == NULL)
        return false;
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    return n == strlen(text) && strcmp(got, text) == 0;
}

// The file's first bytes as text, or `!` and the errno.
static const char *content(const char *path) {
    static char text[64];
    __wasi_fd_t fd;
    size_t done = 0;
    werr err = open_at(ROOT_FD, path, O_RDONLY, &fd);
    if (err == OK) {
        err = read_at(fd, text, sizeof text - 1, &done);
        text[done] = 0;
        EQ(OK, WRAP(fd_close)(fd));
    }
    if (err != OK)
        snprintf(text, sizeof text, "!%d", err);
    return text;
}

static werr put(const char *path, const char *text) {
    __wasi_fd_t fd;
    werr err = open_at(ROOT_FD, path, O_WRONLY | O_CREAT | O_TRUNC, &fd);
    if (err != OK)
        return err;
    size_t done;
    EQ(OK, write_at(fd, text, strlen(text), &done));
    return WRAP(fd_close)(fd);
}

static const char *names(const char *path) {
    static char out[512];
    __wasi_fd_t fd = -1;
    EQ(OK, open_at(ROOT_FD, path, O_RDONLY | O_DIRECTORY, &fd));
    EQ(OK, list(fd, 100, out, sizeof out));
    EQ(OK, WRAP(fd_close)(fd));
    return out;
}

static werr stat_error(const char *path, int follow) {
    __wasi_filestat_t st;
    return WRAP(path_filestat_get)(ROOT_FD, (uint32_t)follow, path, &st);
}

#define ERRNO(number) ("!" #number)

static void set_up(const char *folder) {
    snprintf(work, sizeof work, "%s/mounts", folder);
    if (mkdir(work, 0755) != 0)
        abort();
    host_file("secret", "SECRET");      // next to the grants, never beneath one
    host_dir("rw");
    host_dir("rw/sub");
    host_dir("rw/sub/deep");
    host_file("rw/hello.txt", "hello");
    host_file("rw/sub/inner.txt", "inner");
    host_link("sub/deep", "rw/to_deep");
    host_link("hello.txt", "rw/to_hello");
    host_link("../secret", "rw/out_file");
    host_link("..", "rw/out_dir");
    host_link("/etc/passwd", "rw/absolute");
    host_link("/", "rw/absolute_dir");
    host_link("sub/../../secret", "rw/sly");
    host_dir("ro");
    host_file("ro/fixed.txt", "fixed");
    host_dir("ro/folder");
    char path[600];
    snprintf(path, sizeof path, "%s/rw", work);
    int rw = host_grant(path);
    EQ(OK, memfs_mount("/data", rw, false));
    snprintf(path, sizeof path, "%s/ro", work);
    int ro = host_grant(path);
    EQ(OK, memfs_mount("/srv/fixed/", ro, true));
    EQ(0, host.calls);    // mounting asks nothing of the host

    EQ(E(INVAL), memfs_mount("/", rw, false));
    EQ(E(INVAL), memfs_mount("/tmp/..", rw, false));
    EQ(E(INVAL), memfs_mount("data2", rw, false));
    EQ(E(INVAL), memfs_mount("", rw, false));
    EQ(E(BUSY), memfs_mount("/data", rw, false));
    EQ(E(NOTSUP), memfs_mount("/data/sub", rw, false));
    EQ(E(BUSY), memfs_mount("/srv", rw, false));
    EQ(E(NOTDIR), memfs_mount("/dev/null", rw, false));
    host = (struct host_record){0};
}

static void ordinary_use(void) {
    SAME("data dev home srv tmp ", names("/"));
    SAME("fixed ", names("srv"));
    SAME("absolute absolute_dir hello.txt out_dir out_file sly sub to_deep to_hello ", names("data"));
    SAME("hello", content("data/hello.txt"));
    SAME("hello", content("/data//./hello.txt"));
    SAME("hello", content("data/to_hello"));
    SAME("inner", content("data/sub/inner.txt"));
    EQ(OK, put("data/new.txt", "written"));
    TRUE(host_has("rw/new.txt", "written"));
    EQ(OK, WRAP(path_create_directory)(ROOT_FD, "data/made"));
    EQ(OK, WRAP(path_rename)(ROOT_FD, "data/new.txt", ROOT_FD, "data/made/moved"));
    TRUE(host_has("rw/made/moved", "written"));
    EQ(OK, WRAP(path_link)(ROOT_FD, 0, "data/made/moved", ROOT_FD, "data/again"));
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "data/made/moved"));
    TRUE(host_has("rw/again", "written"));
    EQ(OK, WRAP(path_remove_directory)(ROOT_FD, "data/made/"));
    EQ(OK, WRAP(path_symlink)("again", ROOT_FD, "data/soft"));
    SAME("written", content("data/soft"));
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "data/soft"));
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "data/again"));
    EQ(E(NOENT), stat_error("data/again", 1));
    // A link in memory may lead into a mount; the host still looks at the whole way.
    EQ(OK, WRAP(path_symlink)("/data/hello.txt", ROOT_FD, "tmp/l"));
    SAME("hello", content("tmp/l"));
    EQ(OK, WRAP(path_symlink)("../data/out_file", ROOT_FD, "tmp/bad"));
    SAME(ERRNO(63), content("tmp/bad"));
    EQ(1, host.escapes);    // met by the host, refused by the host
    host.escapes = 0;
}

static void open_files(void) {
    __wasi_fd_t fd = -1;
    size_t done;
    char text[16] = {0};
    EQ(OK, open_at(ROOT_FD, "data/work.bin", O_RDWR | O_CREAT, &fd));
    TRUE(fd > ROOT_FD && fd < 10);    // our number, whatever the host's is
    EQ(OK, write_at(fd, "0123456789", 10, &done));
    uint64_t now;
    EQ(OK, WRAP(fd_seek)(fd, 4, __WASI_WHENCE_SET, &now));
    EQ(OK, read_at(fd, text, 3, &done));
    SAME("456", text);
    EQ(OK, WRAP(fd_tell)(fd, &now));
    EQ(7, now);
    EQ(OK, WRAP(fd_filestat_set_size)(fd, 5));
    __wasi_filestat_t st;
    EQ(OK, WRAP(fd_filestat_get)(fd, &st));
    EQ(5, st.size);
    EQ(OK, WRAP(fd_sync)(fd));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(E(BADF), WRAP(fd_close)(fd));
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "data/work.bin"));
    EQ(0, host.open_fds);
    // Only what a file was opened for reaches the host.
    EQ(OK, open_at(ROOT_FD, "data/hello.txt", O_RDONLY, &fd));
    unsigned before = host.calls;
    EQ(E(BADF), write_at(fd, "x", 1, &done));
    EQ(before, host.calls);
    EQ(OK, WRAP(fd_close)(fd));
}

static void across(void) {
    unsigned before = host.changes;
    EQ(OK, put("tmp/mine", "m"));
    EQ(E(XDEV), WRAP(path_rename)(ROOT_FD, "tmp/mine", ROOT_FD, "data/mine"));
    EQ(E(XDEV), WRAP(path_rename)(ROOT_FD, "data/hello.txt", ROOT_FD, "tmp/hello"));
    EQ(E(XDEV), WRAP(path_rename)(ROOT_FD, "data/hello.txt", ROOT_FD, "srv/fixed/hello"));
    EQ(E(XDEV), WRAP(path_link)(ROOT_FD, 0, "tmp/mine", ROOT_FD, "data/mine"));
    EQ(E(XDEV), WRAP(path_link)(ROOT_FD, 0, "data/hello.txt", ROOT_FD, "tmp/hello"));
    EQ(E(BUSY), WRAP(path_rename)(ROOT_FD, "data", ROOT_FD, "tmp/data"));
    EQ(E(BUSY), WRAP(path_rename)(ROOT_FD, "tmp/mine", ROOT_FD, "data"));
    EQ(E(BUSY), WRAP(path_remove_directory)(ROOT_FD, "data"));
    EQ(E(BUSY), WRAP(path_remove_directory)(ROOT_FD, "srv/fixed/"));
    EQ(E(NOTEMPTY), WRAP(path_remove_directory)(ROOT_FD, "srv"));
    EQ(E(ISDIR), WRAP(path_unlink_file)(ROOT_FD, "data"));
    EQ(E(EXIST), WRAP(path_create_directory)(ROOT_FD, "data"));
    EQ(E(EXIST), WRAP(path_symlink)("x", ROOT_FD, "data"));
    EQ(E(XDEV), memfs_write_file("/data/from_begin", "x", 1));
    EQ(before, host.changes);
    // A folder above a mount may be renamed; the mount goes with it.
    EQ(OK, WRAP(path_rename)(ROOT_FD, "srv", ROOT_FD, "srv2"));
    SAME("fixed", content("srv2/fixed/fixed.txt"));
    EQ(OK, WRAP(path_rename)(ROOT_FD, "srv2", ROOT_FD, "srv"));
}

static void read_only(void) {
    unsigned before = host.changes;
    __wasi_fd_t fd;
    SAME("fixed", content("srv/fixed/fixed.txt"));
    EQ(E(ROFS), put("srv/fixed/new", "x"));
    EQ(E(ROFS), put("srv/fixed/fixed.txt", "x"));
    EQ(E(ROFS), open_at(ROOT_FD, "srv/fixed/fixed.txt", O_RDWR, &fd));
    EQ(E(ROFS), open_at(ROOT_FD, "srv/fixed/fixed.txt", O_WRONLY | O_APPEND, &fd));
    EQ(E(ROFS), open_at(ROOT_FD, "srv/fixed/fixed.txt", O_RDONLY | O_TRUNC, &fd));
    EQ(E(ROFS), open_at(ROOT_FD, "srv/fixed/absent", O_RDONLY | O_CREAT, &fd));
    EQ(E(EXIST), open_at(ROOT_FD, "srv/fixed/fixed.txt", O_RDONLY | O_CREAT | O_EXCL, &fd));
    EQ(OK, open_at(ROOT_FD, "srv/fixed/fixed.txt", O_RDONLY | O_CREAT, &fd));
    EQ(E(ROFS), WRAP(fd_filestat_set_size)(fd, 0));
    EQ(E(ROFS), WRAP(fd_allocate)(fd, 0, 100));
    EQ(E(ROFS), WRAP(fd_filestat_set_times)(fd, 0, 0, __WASI_FSTFLAGS_MTIM));
    size_t done;
    EQ(E(BADF), write_at(fd, "x", 1, &done));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(E(ROFS), WRAP(path_create_directory)(ROOT_FD, "srv/fixed/d"));
    EQ(E(ROFS), WRAP(path_remove_directory)(ROOT_FD, "srv/fixed/folder"));
    EQ(E(ROFS), WRAP(path_unlink_file)(ROOT_FD, "srv/fixed/fixed.txt"));
    EQ(E(ROFS), WRAP(path_rename)(ROOT_FD, "srv/fixed/fixed.txt", ROOT_FD, "srv/fixed/x"));
    EQ(E(ROFS), WRAP(path_link)(ROOT_FD, 0, "srv/fixed/fixed.txt", ROOT_FD, "srv/fixed/x"));
    EQ(E(ROFS), WRAP(path_symlink)("x", ROOT_FD, "srv/fixed/x"));
    EQ(E(ROFS), WRAP(path_filestat_set_times)(ROOT_FD, 0, "srv/fixed/fixed.txt", 0, 0, __WASI_FSTFLAGS_MTIM));
    // Beneath an open folder too.
    EQ(OK, open_at(ROOT_FD, "srv/fixed", O_RDONLY | O_DIRECTORY, &fd));
    EQ(E(ROFS), WRAP(path_unlink_file)(fd, "fixed.txt"));
    EQ(E(ROFS), WRAP(path_create_directory)(fd, "folder/x"));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(before, host.changes);
    TRUE(host_has("ro/fixed.txt", "fixed"));
}

// `..` goes where POSIX says, and none of it reaches the host.
static void dotdot(void) {
    EQ(OK, put("tmp/mine", "m"));
    SAME("m", content("data/../tmp/mine"));
    SAME("m", content("data/sub/../../tmp/mine"));
    SAME("m", content("data/sub/deep/../../../tmp/mine"));
    SAME("m", content("data/../../../../tmp/mine"));
    SAME("hello", content("data/sub/../hello.txt"));
    SAME("hello", content("data/../data/hello.txt"));
    SAME("hello", content("srv/fixed/../../data/hello.txt"));
    SAME("inner", content("data/to_deep/../inner.txt"));          // the link's target's parent
    SAME("hello", content("data/to_deep/../../hello.txt"));
    SAME("m", content("data/to_deep/../../../tmp/mine"));
    SAME(ERRNO(44), content("data/nothing/../hello.txt"));
    SAME(ERRNO(54), content("data/hello.txt/../hello.txt"));
    SAME(ERRNO(54), content("data/to_hello/../hello.txt"));
    SAME(ERRNO(54), content("data/hello.txt/."));
    SAME("data dev home srv tmp ", names("data/.."));
    SAME("deep inner.txt ", names("data/to_deep/.."));
    EQ(E(NOTEMPTY), WRAP(path_remove_directory)(ROOT_FD, "data/.."));
    __wasi_fd_t fd = -1, up = -1;
    EQ(OK, open_at(ROOT_FD, "data/sub/deep", O_RDONLY | O_DIRECTORY, &fd));
    EQ(OK, open_at(fd, "../inner.txt", O_RDONLY, &up));
    EQ(OK, WRAP(fd_close)(up));
    EQ(OK, open_at(fd, "../../../tmp/mine", O_RDONLY, &up));
    EQ(OK, WRAP(fd_close)(up));
    EQ(OK, open_at(fd, "../..", O_RDONLY | O_DIRECTORY, &up));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(OK, open_at(up, "../tmp/mine", O_RDONLY, &fd));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(OK, WRAP(fd_close)(up));
    EQ(OK, open_at(ROOT_FD, "data/to_deep", O_RDONLY | O_DIRECTORY, &fd));
    EQ(OK, open_at(fd, "../inner.txt", O_RDONLY, &up));
    EQ(OK, WRAP(fd_close)(up));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(0, host.escapes);
}

// No way of writing a path leads to the secret next to the granted folders.
static void escapes(void) {
    static const char *const tries[] = {
        "data/../secret", "data/sub/../../secret", "data/./../secret", "data//..//secret", "data/to_deep/../../../secret",
        "data/out_file", "data/out_dir/secret", "data/out_dir/rw/../secret", "data/sly", "data/absolute",
        "data/absolute_dir/etc/passwd", "data/absolute_dir/../secret", "data/out_dir/../secret", "data/out_dir/./secret",
        "data/sub/../out_dir/secret", "data/to_deep/../../out_dir/secret", "data/out_dir/", "../data/out_file",
        "/data/../../../../../../../../secret", "data/to_hello/../../secret", "srv/fixed/../secret",
        "srv/fixed/../../rw/../secret",
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const char *got = content(tries[i]);
        if (got[0] != '!')
            fprintf(stderr, "%s gave %s\n", tries[i], got);
        EQ('!', got[0]);
    }
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        werr err = put(tries[i], "overwritten");    // in memory, if at all
        TRUE(err != OK || strcmp(content(tries[i]), "overwritten") == 0);
    }
    TRUE(host_has("secret", "SECRET"));
    // Links made by the guest fare no better, nor does a folder opened first.
    EQ(E(PERM), WRAP(path_filestat_get)(ROOT_FD, 1, "data/out_file", &(__wasi_filestat_t){0}));
    EQ(OK, WRAP(path_symlink)("../../../secret", ROOT_FD, "data/mine"));
    SAME(ERRNO(63), content("data/mine"));
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "data/mine"));
    __wasi_fd_t fd = -1;
    EQ(E(PERM), open_at(ROOT_FD, "data/out_dir", O_RDONLY | O_DIRECTORY, &fd));
    EQ(OK, open_at(ROOT_FD, "data/sub", O_RDONLY | O_DIRECTORY, &fd));
    static const char *const below[] = {"../../secret", "../out_file", "../out_dir/secret", "/secret", "../sly",
                                        "deep/../../../secret"};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        __wasi_fd_t got;
        char text[16] = {0};
        size_t done;
        if (open_at(fd, below[i], O_RDONLY, &got) == OK) {
            EQ(OK, read_at(got, text, 11, &done));
            SAME("overwritten", text);
            EQ(OK, WRAP(fd_close)(got));
        }
    }
    EQ(OK, WRAP(fd_close)(fd));
    TRUE(host.escapes > 5);    // the host was put to the test
    TRUE(host_has("secret", "SECRET"));
}

// Random paths through links and dots: whatever they mean, the host sees none that is absolute or has `..`.
static void random_paths(void) {
    static const char *const parts[] = {"data", "sub", "deep", "to_deep", "out_dir", "out_file", "sly", "absolute_dir",
                                        "..", "..", "..", ".", "tmp", "in", "hello.txt", "to_hello", "rw", "secret", ""};
    EQ(OK, WRAP(path_symlink)("../data/sub/..", ROOT_FD, "tmp/in"));
    uint32_t seed = 1;
    unsigned found = 0;
    for (int i = 0; i < 40000; i++) {
        char path[256] = "";
        seed = seed * 1664525 + 1013904223;
        unsigned count = 2 + (seed >> 20) % 8;
        for (unsigned j = 0; j < count; j++) {
            seed = seed * 1664525 + 1013904223;
            strcat(path, parts[(seed >> 16) % (sizeof parts / sizeof *parts)]);
            strcat(path, j + 1 < count ? "/" : "");
        }
        const char *got = content(path);
        found += got[0] != '!';
        TRUE(strcmp(got, "SECRET") != 0);
    }
    TRUE(found > 50);
    EQ(0, host.bad_paths);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: mounts FOLDER\n");
        return 2;
    }
    memfs_init();
    set_up(argv[1]);
    ordinary_use();
    open_files();
    across();
    read_only();
    dotdot();
    escapes();
    random_paths();
    EQ(0, host.open_fds);
    EQ(0, host.bad_paths);
    TRUE(host.calls > 1000);
    TRUE(host_has("secret", "SECRET"));
    return verdict("mounts");
}
