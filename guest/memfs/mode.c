// Permission bits. Preview 1 carries none and wasi-libc leaves them zero; then an archive made here would unpack
// elsewhere to files that nobody may read.
#include <sys/stat.h>

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __real___wasilibc_nocwd_fstatat(int fd, const char *path, struct stat *st, int flags);
int __wrap___wasilibc_nocwd_fstatat(int fd, const char *path, struct stat *st, int flags);

static int with_mode(int result, struct stat *st) {
    if (result != 0)
        return result;
    if (S_ISDIR(st->st_mode))
        st->st_mode |= 0755;
    else if (S_ISLNK(st->st_mode))
        st->st_mode |= 0777;
    else if (S_ISCHR(st->st_mode))
        st->st_mode |= 0666;
    else
        st->st_mode |= 0644;
    return 0;
}

int __wrap_fstat(int fd, struct stat *st) {
    return with_mode(__real_fstat(fd, st), st);
}

int __wrap___wasilibc_nocwd_fstatat(int fd, const char *path, struct stat *st, int flags) {
    return with_mode(__real___wasilibc_nocwd_fstatat(fd, path, st, flags), st);
}
