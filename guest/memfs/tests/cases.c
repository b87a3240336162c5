// What the comparison with Linux cannot show: the layout at begin, streams, devices, files of the image, times, limits,
// memory that runs out, and listings that change while they are read.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>

#include "calls.h"
#include "check.h"

static const unsigned char paris[] = "TZif-paris", packed[] = "hlonqs\x1fnr";
const struct croquant_static_file croquant_static_files[] = {
    {"/usr/share/zoneinfo/Europe/Paris", paris, sizeof paris - 1, 0}, {"/usr/lib/os.py", packed, 9, 9}, {0}};

static __wasi_fd_t opened(const char *path, int flags) {
    __wasi_fd_t fd = -1;
    EQ(OK, open_at(ROOT_FD, path, flags, &fd));
    return fd;
}

static werr open_error(const char *path, int flags) {
    __wasi_fd_t fd;
    werr err = open_at(ROOT_FD, path, flags, &fd);
    if (err == OK)
        EQ(OK, WRAP(fd_close)(fd));
    return err;
}

static void put(const char *path, const char *text) {
    __wasi_fd_t fd = opened(path, O_WRONLY | O_CREAT | O_TRUNC);
    size_t done;
    EQ(OK, write_at(fd, text, strlen(text), &done));
    EQ(strlen(text), done);
    EQ(OK, WRAP(fd_close)(fd));
}

static __wasi_filestat_t stat_of(const char *path) {
    __wasi_filestat_t st = {0};
    EQ(OK, WRAP(path_filestat_get)(ROOT_FD, 0, path, &st));
    return st;
}

static void names_are(const char *path, const char *expected) {
    char names[4096];
    __wasi_fd_t fd = opened(path, O_RDONLY | O_DIRECTORY);
    EQ(OK, list(fd, 200, names, sizeof names));
    SAME(expected, names);
    EQ(OK, WRAP(fd_close)(fd));
}

static void layout(void) {
    names_are(".", "dev home tmp usr ");
    names_are("home/user", "");
    names_are("/dev/", "null random stderr stdin stdout tty urandom zero ");
    __wasi_prestat_t pre;
    uint8_t name[2] = {0};
    EQ(OK, WRAP(fd_prestat_get)(ROOT_FD, &pre));
    EQ(1, pre.u.dir.pr_name_len);
    EQ(OK, WRAP(fd_prestat_dir_name)(ROOT_FD, name, 1));
    SAME("/", (char *)name);
    for (int fd = 0; fd < 8; fd++)
        if (fd != ROOT_FD)
            EQ(E(BADF), WRAP(fd_prestat_get)(fd, &pre));
    // The preopen is not a program's to close or to replace: every later path would fail.
    EQ(E(BADF), WRAP(fd_close)(ROOT_FD));
    EQ(E(BADF), WRAP(fd_renumber)(0, ROOT_FD));
    EQ(E(BADF), WRAP(fd_renumber)(ROOT_FD, 0));
    EQ(E(BADF), memfs_dup2(0, ROOT_FD));
    names_are("home", "user ");
    EQ(OK, WRAP(path_filestat_get)(ROOT_FD, 0, "../../../home", &(__wasi_filestat_t){0}));
}

static void streams(void) {
    size_t done;
    EQ(OK, write_at(1, "out", 3, &done));
    EQ(3, done);
    __wasi_ciovec_t two[] = {{(const uint8_t *)"", 0}, {(const uint8_t *)"e", 1}, {(const uint8_t *)"rr", 2}};
    EQ(OK, WRAP(fd_write)(2, two, 3, &done));
    EQ(3, done);
    EQ(6, host.output_len);
    EQ(0, memcmp(host.output, "outerr", 6));
    EQ(E(BADF), write_at(0, "x", 1, &done));
    char text[8];
    EQ(E(BADF), read_at(1, text, 1, &done));
    host_input = "line";
    EQ(OK, read_at(0, text, sizeof text, &done));
    EQ(4, done);
    EQ(OK, read_at(0, text, sizeof text, &done));
    EQ(0, done);
    host_input = NULL;
    EQ(E(INTR), read_at(0, text, sizeof text, &done));
    uint64_t now;
    EQ(E(SPIPE), WRAP(fd_seek)(1, 0, __WASI_WHENCE_CUR, &now));
    __wasi_fdstat_t st;
    const uint64_t seek = __WASI_RIGHTS_FD_SEEK | __WASI_RIGHTS_FD_TELL;
    for (unsigned bits = 0; bits < 8; bits++) {
        memfs_set_stdio(bits);
        for (int fd = 0; fd < 3; fd++) {
            EQ(OK, WRAP(fd_fdstat_get)(fd, &st));
            bool tty = st.fs_filetype == __WASI_FILETYPE_CHARACTER_DEVICE && (st.fs_rights_base & seek) == 0;
            EQ(bits >> fd & 1, tty);
            EQ(fd == 0, (st.fs_rights_base & __WASI_RIGHTS_FD_READ) != 0);
            EQ(fd != 0, (st.fs_rights_base & __WASI_RIGHTS_FD_WRITE) != 0);
        }
    }
    // `dup2` over a stream and back, as programs that redirect do.
    __wasi_fd_t saved, file = opened("tmp/redirected", O_RDWR | O_CREAT);
    EQ(OK, memfs_dup(1, 0, &saved));
    EQ(OK, memfs_dup2(file, 1));
    EQ(OK, write_at(1, "to file", 7, &done));
    EQ(6, host.output_len);
    EQ(OK, memfs_dup2(saved, 1));
    EQ(OK, write_at(1, "!", 1, &done));
    EQ(7, host.output_len);
    EQ(7, stat_of("tmp/redirected").size);
    EQ(OK, WRAP(fd_close)(saved));
    EQ(OK, WRAP(fd_close)(file));
    // A closed stream's number is the next to be used.
    EQ(OK, WRAP(fd_close)(2));
    EQ(E(BADF), write_at(2, "x", 1, &done));
    file = opened("tmp/redirected", O_RDONLY);
    EQ(2, file);
    EQ(OK, WRAP(fd_close)(2));
    __wasi_fd_t err = opened("dev/stderr", O_WRONLY);
    EQ(2, err);
    EQ(OK, write_at(2, "?", 1, &done));
    EQ(8, host.output_len);
}

static void devices(void) {
    char text[16] = "xxxxxxxxxxxxxxx";
    size_t done;
    uint64_t now;
    __wasi_fd_t fd = opened("dev/null", O_RDWR | O_TRUNC);
    EQ(OK, write_at(fd, text, 9, &done));
    EQ(9, done);
    EQ(OK, read_at(fd, text, 9, &done));
    EQ(0, done);
    EQ(OK, WRAP(fd_seek)(fd, 0, __WASI_WHENCE_END, &now));
    __wasi_fdstat_t st;
    EQ(OK, WRAP(fd_fdstat_get)(fd, &st));
    TRUE(st.fs_rights_base & __WASI_RIGHTS_FD_SEEK);    // so it is no terminal
    EQ(E(INVAL), WRAP(fd_filestat_set_size)(fd, 3));
    EQ(OK, WRAP(fd_close)(fd));
    fd = opened("dev/zero", O_RDONLY);
    EQ(OK, read_at(fd, text, 4, &done));
    EQ(0, memcmp(text, "\0\0\0\0xxxx", 8));
    EQ(OK, WRAP(fd_close)(fd));
    fd = opened("dev/urandom", O_RDONLY);
    EQ(OK, read_at(fd, text, 4, &done));
    EQ(4, done);
    EQ(11, text[0]);
    EQ(OK, WRAP(fd_close)(fd));
    EQ(__WASI_FILETYPE_CHARACTER_DEVICE, stat_of("dev/null").filetype);
    EQ(E(NXIO), open_error("dev/tty", O_RDWR));
}

static void image_files(void) {
    const char *path = "usr/share/zoneinfo/Europe/Paris";
    char text[16] = {0};
    size_t done;
    __wasi_fd_t fd = opened(path, O_RDONLY);
    EQ(OK, read_at(fd, text, sizeof text, &done));
    SAME("TZif-paris", text);
    EQ(E(INVAL), WRAP(fd_filestat_set_size)(fd, 1));
    EQ(E(ROFS), WRAP(fd_filestat_set_times)(fd, 0, 0, __WASI_FSTFLAGS_MTIM));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(10, stat_of(path).size);
    EQ(E(ROFS), open_error(path, O_WRONLY));
    EQ(E(ROFS), open_error(path, O_RDWR));
    EQ(E(ROFS), open_error(path, O_RDONLY | O_TRUNC));
    EQ(E(ROFS), WRAP(path_unlink_file)(ROOT_FD, path));
    EQ(E(ROFS), WRAP(path_rename)(ROOT_FD, path, ROOT_FD, "tmp/x"));
    EQ(E(ROFS), WRAP(path_link)(ROOT_FD, 0, path, ROOT_FD, "tmp/x"));
    put("tmp/other", "");
    EQ(E(ROFS), WRAP(path_rename)(ROOT_FD, "tmp/other", ROOT_FD, path));
    EQ(E(ROFS), memfs_write_file("/usr/share/zoneinfo/Europe/Paris", "x", 1));
    EQ(OK, open_error(path, O_RDONLY | O_CREAT));
    put("usr/share/zoneinfo/Europe/Mine", "ours");
    EQ(0, memcmp(paris, "TZif-paris", 10));
}

static void packed_image_files(void) {
    const char *path = "usr/lib/os.py";
    char text[16] = {0};
    size_t done;
    EQ(9, stat_of(path).size);
    __wasi_fd_t first = opened(path, O_RDONLY), second = opened(path, O_RDONLY);
    EQ(OK, read_at(first, text, sizeof text, &done));
    SAME("import os", text);
    EQ(OK, WRAP(fd_close)(first));
    EQ(OK, WRAP(fd_seek)(second, 7, __WASI_WHENCE_SET, &(uint64_t){0}));
    EQ(OK, read_at(second, text, sizeof text, &done));
    EQ(2, done);
    SAME("osport os", text);
    EQ(E(ROFS), open_error(path, O_RDWR));
    EQ(E(ROFS), open_error(path, O_RDONLY | O_TRUNC));
    EQ(E(ROFS), WRAP(path_unlink_file)(ROOT_FD, path));
    EQ(OK, WRAP(fd_close)(second));
    EQ(OK, open_error(path, O_RDONLY));    // again
    put("usr/lib/mine.py", "ours");
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "usr/lib/mine.py"));
}

static void times(void) {
    put("tmp/t", "x");
    __wasi_filestat_t first = stat_of("tmp/t");
    TRUE(first.mtim > 0);
    unsigned before = host.clock_calls;
    __wasi_fd_t fd = opened("tmp/t", O_RDONLY);
    char c;
    size_t done;
    EQ(OK, read_at(fd, &c, 1, &done));
    EQ(first.mtim, stat_of("tmp/t").mtim);
    EQ(before, host.clock_calls);    // reading asks for no clock
    EQ(OK, WRAP(fd_close)(fd));
    put("tmp/t", "yz");
    TRUE(stat_of("tmp/t").mtim > first.mtim);
    EQ(first.ino, stat_of("tmp/t").ino);
    EQ(OK, WRAP(path_filestat_set_times)(ROOT_FD, 0, "tmp/t", 5, 7, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
    EQ(5, stat_of("tmp/t").atim);
    EQ(7, stat_of("tmp/t").mtim);
    TRUE(stat_of("tmp/t").ctim > first.ctim);
    EQ(OK, WRAP(path_filestat_set_times)(ROOT_FD, 0, "tmp/t", 0, 0, __WASI_FSTFLAGS_MTIM_NOW));
    EQ(5, stat_of("tmp/t").atim);
    TRUE(stat_of("tmp/t").mtim > first.mtim);
    EQ(E(INVAL), WRAP(path_filestat_set_times)(ROOT_FD, 0, "tmp/t", 0, 0,
                                               __WASI_FSTFLAGS_MTIM_NOW | __WASI_FSTFLAGS_MTIM));
    uint64_t folder = stat_of("tmp").mtim;
    put("tmp/t2", "");
    TRUE(stat_of("tmp").mtim > folder);
    folder = stat_of("tmp").mtim;
    put("tmp/t2", "more");
    EQ(folder, stat_of("tmp").mtim);
}

static void links_of_folders(void) {
    EQ(OK, WRAP(path_create_directory)(ROOT_FD, "tmp/n"));
    EQ(2, stat_of("tmp/n").nlink);
    EQ(OK, WRAP(path_create_directory)(ROOT_FD, "tmp/n/a"));
    EQ(OK, WRAP(path_create_directory)(ROOT_FD, "tmp/n/b"));
    EQ(4, stat_of("tmp/n").nlink);
    EQ(OK, WRAP(path_rename)(ROOT_FD, "tmp/n/a", ROOT_FD, "tmp/n/b"));
    EQ(3, stat_of("tmp/n").nlink);
    EQ(OK, WRAP(path_rename)(ROOT_FD, "tmp/n/b", ROOT_FD, "tmp/moved"));
    EQ(2, stat_of("tmp/n").nlink);
    EQ(OK, WRAP(path_remove_directory)(ROOT_FD, "tmp/moved"));
    EQ(OK, WRAP(path_remove_directory)(ROOT_FD, "tmp/n"));
}

static void limits(void) {
    char name[300], deep[PATH_LIMIT + 10];
    memset(name, 'n', sizeof name);
    memcpy(name, "tmp/", 4);
    name[4 + NAME_LIMIT] = 0;
    put(name, "longest");
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, name));
    name[4 + NAME_LIMIT] = 'n', name[5 + NAME_LIMIT] = 0;
    EQ(E(NAMETOOLONG), open_error(name, O_WRONLY | O_CREAT));
    for (size_t i = 0; i < sizeof deep - 1; i++)
        deep[i] = "./"[i & 1];
    deep[PATH_LIMIT - 1] = 0;
    EQ(OK, open_error(deep, O_RDONLY));
    deep[PATH_LIMIT - 1] = '.', deep[PATH_LIMIT] = 0;
    EQ(E(NAMETOOLONG), open_error(deep, O_RDONLY));
    EQ(E(NAMETOOLONG), WRAP(path_symlink)(deep, ROOT_FD, "tmp/link"));
    EQ(E(NOENT), open_error("", O_RDONLY));

    // Forty links are followed, no more; and a loop ends.
    EQ(OK, WRAP(path_symlink)("/tmp", ROOT_FD, "tmp/l0"));
    char from[32], to[32];
    for (int i = 1; i <= LINK_LIMIT; i++) {
        snprintf(to, sizeof to, "l%d", i - 1);
        snprintf(from, sizeof from, "tmp/l%d", i);
        EQ(OK, WRAP(path_symlink)(to, ROOT_FD, from));
    }
    EQ(OK, open_error("tmp/l39", O_RDONLY));
    EQ(E(LOOP), open_error("tmp/l40", O_RDONLY));
    EQ(OK, WRAP(path_symlink)("loop", ROOT_FD, "tmp/loop"));
    EQ(E(LOOP), open_error("tmp/loop", O_RDONLY));
    EQ(E(LOOP), open_error("tmp/loop/x", O_RDONLY | O_CREAT));
    EQ(OK, WRAP(path_symlink)("/", ROOT_FD, "tmp/root"));
    names_are("tmp/root/home/", "user ");
    names_are("tmp/root", "dev home tmp usr ");

    // The descriptor table is bounded, and an open that fails for it makes no file.
    static __wasi_fd_t fds[FD_LIMIT];
    int count = 0;
    while (open_at(ROOT_FD, "tmp/t", O_RDONLY, &fds[count]) == OK)
        count++;
    EQ(FD_LIMIT - 4, count);
    EQ(E(MFILE), open_error("tmp/never", O_WRONLY | O_CREAT));
    EQ(E(MFILE), open_error("tmp/t", O_WRONLY | O_TRUNC));
    EQ(E(MFILE), memfs_dup(0, 0, &(__wasi_fd_t){0}));
    EQ(OK, WRAP(fd_close)(fds[17]));
    EQ(E(NOENT), open_error("tmp/never", O_RDONLY));
    EQ(2, stat_of("tmp/t").size);
    for (int i = 0; i < count; i++)
        EQ(i == 17 ? E(BADF) : OK, WRAP(fd_close)(fds[i]));
    for (int fd = -3; fd < 0; fd++)
        EQ(E(BADF), WRAP(fd_close)(fd));
    EQ(E(BADF), WRAP(fd_close)(FD_LIMIT));
    EQ(E(BADF), WRAP(fd_close)(INT32_MAX));
}

static void sizes(void) {
    __wasi_fd_t fd = opened("tmp/sparse", O_RDWR | O_CREAT);
    EQ(OK, WRAP(fd_filestat_set_size)(fd, (uint64_t)1 << 40));    // costs nothing
    EQ((uint64_t)1 << 40, stat_of("tmp/sparse").size);
    __wasi_ciovec_t out = {(const uint8_t *)"end", 3};
    size_t done;
    EQ(OK, WRAP(fd_pwrite)(fd, &out, 1, 3000000000u, &done));
    char text[8] = {0};
    __wasi_iovec_t in = {(uint8_t *)text, 5};
    EQ(OK, WRAP(fd_pread)(fd, &in, 1, 2999999999u, &done));
    EQ(0, memcmp(text, "\0end\0", 5));
    EQ(E(FBIG), WRAP(fd_filestat_set_size)(fd, SIZE_LIMIT + 1));
    EQ(E(INVAL), WRAP(fd_filestat_set_size)(fd, UINT64_MAX));
    EQ(E(FBIG), WRAP(fd_pwrite)(fd, &out, 1, SIZE_LIMIT, &done));
    EQ(E(FBIG), WRAP(fd_pwrite)(fd, &out, 1, INT64_MAX, &done));
    EQ(E(INVAL), WRAP(fd_pwrite)(fd, &out, 1, UINT64_MAX, &done));
    EQ(E(INVAL), WRAP(fd_pread)(fd, &in, 1, UINT64_MAX, &done));
    EQ(E(FBIG), WRAP(fd_allocate)(fd, INT64_MAX, INT64_MAX));
    EQ(E(INVAL), WRAP(fd_allocate)(fd, 0, 0));
    uint64_t now;
    EQ(OK, WRAP(fd_seek)(fd, INT64_MAX, __WASI_WHENCE_SET, &now));
    EQ(E(OVERFLOW), WRAP(fd_seek)(fd, 1, __WASI_WHENCE_CUR, &now));
    EQ(E(INVAL), WRAP(fd_seek)(fd, INT64_MIN, __WASI_WHENCE_CUR, &now));
    EQ(OK, read_at(fd, text, 5, &done));
    EQ(0, done);
    EQ(E(FBIG), write_at(fd, "x", 1, &done));
    EQ(OK, WRAP(fd_close)(fd));
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "tmp/sparse"));
}

static void changing_listing(void) {
    EQ(OK, WRAP(path_create_directory)(ROOT_FD, "tmp/many"));
    char path[64];
    enum { COUNT = 300 };
    for (int i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, "tmp/many/f%03d", i);
        put(path, "");
    }
    __wasi_fd_t fd = opened("tmp/many", O_RDONLY | O_DIRECTORY);
    static unsigned seen[COUNT];
    uint8_t buf[24 + 8];
    uint64_t cookie = 0;
    unsigned extra = 0;
    for (;;) {    // remove what is seen, as rmtree does, and add on the way
        size_t used;
        EQ(OK, WRAP(fd_readdir)(fd, buf, sizeof buf, cookie, &used));
        __wasi_dirent_t head;
        if (used < sizeof head)
            break;
        memcpy(&head, buf, sizeof head);
        cookie = head.d_next;
        if (buf[24] != 'f')
            continue;
        TRUE(head.d_ino > 0);
        EQ(__WASI_FILETYPE_REGULAR_FILE, head.d_type);
        buf[28] = 0;    // the next name's head follows
        seen[atoi((char *)buf + 25)]++;
        snprintf(path, sizeof path, "tmp/many/%.4s", buf + 24);
        EQ(OK, WRAP(path_unlink_file)(ROOT_FD, path));
        if (extra < 50) {
            snprintf(path, sizeof path, "tmp/many/g%u", extra++);
            put(path, "");
        }
    }
    for (int i = 0; i < COUNT; i++)
        EQ(1, seen[i]);
    char names[1024];
    EQ(OK, list(fd, 64, names, sizeof names));
    EQ(50 * 3 + 40, strlen(names));    // g0 … g49
    for (unsigned i = 0; i < extra; i++) {
        snprintf(path, sizeof path, "tmp/many/g%u", i);
        EQ(OK, WRAP(path_unlink_file)(ROOT_FD, path));
    }
    EQ(OK, WRAP(path_remove_directory)(ROOT_FD, "tmp/many"));
    size_t used;
    EQ(OK, WRAP(fd_readdir)(fd, buf, sizeof buf, 0, &used));
    EQ(0, used);
    __wasi_fd_t none;
    EQ(E(NOENT), open_at(fd, "new", O_WRONLY | O_CREAT, &none));
    EQ(OK, WRAP(path_filestat_get)(fd, 0, "../t", &(__wasi_filestat_t){0}));
    EQ(OK, WRAP(fd_close)(fd));
}

static void polling(void) {
    __wasi_subscription_t in[2] = {0};
    __wasi_event_t out[2];
    size_t events;
    in[0].userdata = 7;
    in[0].u.tag = __WASI_EVENTTYPE_CLOCK;
    in[0].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    in[0].u.u.clock.timeout = 5000000;
    host.slept = 0;
    EQ(OK, WRAP(poll_oneoff)(in, out, 1, &events));
    EQ(1, events);
    EQ(7, out[0].userdata);
    EQ(5000000, host.slept);
    uint64_t now;
    EQ(OK, __wasi_clock_time_get(1, 1, &now));
    in[0].u.u.clock.flags = __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
    in[0].u.u.clock.timeout = now + 3000000;
    EQ(OK, WRAP(poll_oneoff)(in, out, 1, &events));
    EQ(1, events);
    TRUE(host.slept > 7900000 && host.slept <= 8000000);
    in[0].u.u.clock.timeout = 1;    // long past
    host.slept = 0;
    EQ(OK, WRAP(poll_oneoff)(in, out, 1, &events));
    EQ(0, host.slept);
    EQ(1, events);
    host_sleep_errno = E(INTR);
    EQ(E(INTR), WRAP(poll_oneoff)(in, out, 1, &events));
    host_sleep_errno = 0;
    in[0].u.u.clock.timeout = INT64_MAX;
    in[1].u.tag = __WASI_EVENTTYPE_FD_READ;
    in[1].u.u.fd_read.file_descriptor = 0;
    EQ(OK, WRAP(poll_oneoff)(in, out, 2, &events));    // stdin is ready: no sleep
    EQ(1, events);
    EQ(__WASI_EVENTTYPE_FD_READ, out[0].type);
    EQ(0, out[0].error);
    in[1].u.u.fd_read.file_descriptor = 999;
    EQ(OK, WRAP(poll_oneoff)(in, out, 2, &events));
    EQ(E(BADF), out[0].error);
    EQ(E(INVAL), WRAP(poll_oneoff)(in, out, 0, &events));
}

static void begin_records(void) {
    EQ(OK, memfs_write_file("/home/user/a/b/data.csv", "1,2\n", 4));
    EQ(4, stat_of("home/user/a/b/data.csv").size);
    EQ(OK, memfs_write_file("/home/user/a/b/data.csv", "", 0));
    EQ(0, stat_of("home/user/a/b/data.csv").size);
    EQ(E(NOTDIR), memfs_write_file("/home/user/a/b/data.csv/x", "", 0));
    EQ(E(ISDIR), memfs_write_file("/home/user/a", "", 0));
    EQ(E(ISDIR), memfs_write_file("/home/user/new/", "", 0));
    EQ(E(INVAL), memfs_write_file("relative", "", 0));
    EQ(E(INVAL), memfs_write_file("", "", 0));
    EQ(OK, memfs_make_dirs("/work//deep/"));
    EQ(OK, memfs_make_dirs("/work/deep"));
    EQ(OK, memfs_make_dirs("/"));
    EQ(E(NOTDIR), memfs_make_dirs("/home/user/a/b/data.csv/x"));
    names_are("work", "deep ");
}

// So many files, folders, links and further names, whatever else there is; what is removed makes room.
static void number_of_files(void) {
    memfs_set_file_limit(4);
    put("tmp/n1", "x");
    EQ(OK, WRAP(path_create_directory)(ROOT_FD, "tmp/n2"));
    EQ(OK, WRAP(path_symlink)("n1", ROOT_FD, "tmp/n3"));
    EQ(OK, WRAP(path_link)(ROOT_FD, 0, "tmp/n1", ROOT_FD, "tmp/n4"));
    EQ(E(NOSPC), open_error("tmp/n5", O_WRONLY | O_CREAT));
    EQ(E(NOSPC), WRAP(path_create_directory)(ROOT_FD, "tmp/n5"));
    EQ(E(NOSPC), WRAP(path_symlink)("n1", ROOT_FD, "tmp/n5"));
    EQ(E(NOSPC), WRAP(path_link)(ROOT_FD, 0, "tmp/n1", ROOT_FD, "tmp/n5"));
    EQ(E(NOSPC), (werr)memfs_write_file("/tmp/n5", "x", 1));
    // What is there can be written, moved and replaced.
    put("tmp/n1", "more");
    EQ(OK, WRAP(path_rename)(ROOT_FD, "tmp/n1", ROOT_FD, "tmp/n6"));
    EQ(OK, WRAP(path_rename)(ROOT_FD, "tmp/n3", ROOT_FD, "tmp/n6"));
    put("tmp/n7", "the room of the name that was replaced");
    EQ(E(NOSPC), open_error("tmp/n8", O_WRONLY | O_CREAT));
    // A file that is removed while it is open takes its room along until it is closed.
    __wasi_fd_t fd = opened("tmp/n7", O_RDONLY);
    EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "tmp/n7"));
    EQ(E(NOSPC), open_error("tmp/n8", O_WRONLY | O_CREAT));
    EQ(OK, WRAP(fd_close)(fd));
    put("tmp/n8", "");
    for (int i = 0; i < 100; i++) {
        EQ(OK, WRAP(path_unlink_file)(ROOT_FD, "tmp/n8"));
        put("tmp/n8", "again");
    }
    for (const char **name = (const char *[]){"tmp/n4", "tmp/n6", "tmp/n8", NULL}; *name != NULL; name++)
        EQ(OK, WRAP(path_unlink_file)(ROOT_FD, *name));
    EQ(OK, WRAP(path_remove_directory)(ROOT_FD, "tmp/n2"));
    memfs_set_file_limit(UINT32_MAX);
}

int main(void) {
    memfs_init();
    memfs_init();    // a second time is harmless
    layout();
    streams();
    devices();
    image_files();
    packed_image_files();
    times();
    links_of_folders();
    limits();
    sizes();
    changing_listing();
    polling();
    begin_records();
    number_of_files();
    EQ(0, host.calls);
    return verdict("cases");
}
