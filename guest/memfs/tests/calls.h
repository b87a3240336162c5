// The calls under test, and short forms for tests.
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include "../fs.h"
#include "host.h"

werr WRAP(fd_advise)(__wasi_fd_t, __wasi_filesize_t, __wasi_filesize_t, __wasi_advice_t);
werr WRAP(fd_allocate)(__wasi_fd_t, __wasi_filesize_t, __wasi_filesize_t);
werr WRAP(fd_close)(__wasi_fd_t);
werr WRAP(fd_datasync)(__wasi_fd_t);
werr WRAP(fd_fdstat_get)(__wasi_fd_t, __wasi_fdstat_t *);
werr WRAP(fd_fdstat_set_flags)(__wasi_fd_t, __wasi_fdflags_t);
werr WRAP(fd_filestat_get)(__wasi_fd_t, __wasi_filestat_t *);
werr WRAP(fd_filestat_set_size)(__wasi_fd_t, __wasi_filesize_t);
werr WRAP(fd_filestat_set_times)(__wasi_fd_t, __wasi_timestamp_t, __wasi_timestamp_t, __wasi_fstflags_t);
werr WRAP(fd_pread)(__wasi_fd_t, const __wasi_iovec_t *, size_t, __wasi_filesize_t, __wasi_size_t *);
werr WRAP(fd_prestat_dir_name)(__wasi_fd_t, uint8_t *, __wasi_size_t);
werr WRAP(fd_prestat_get)(__wasi_fd_t, __wasi_prestat_t *);
werr WRAP(fd_pwrite)(__wasi_fd_t, const __wasi_ciovec_t *, size_t, __wasi_filesize_t, __wasi_size_t *);
werr WRAP(fd_read)(__wasi_fd_t, const __wasi_iovec_t *, size_t, __wasi_size_t *);
werr WRAP(fd_readdir)(__wasi_fd_t, uint8_t *, __wasi_size_t, __wasi_dircookie_t, __wasi_size_t *);
werr WRAP(fd_renumber)(__wasi_fd_t, __wasi_fd_t);
werr WRAP(fd_seek)(__wasi_fd_t, __wasi_filedelta_t, __wasi_whence_t, __wasi_filesize_t *);
werr WRAP(fd_sync)(__wasi_fd_t);
werr WRAP(fd_tell)(__wasi_fd_t, __wasi_filesize_t *);
werr WRAP(fd_write)(__wasi_fd_t, const __wasi_ciovec_t *, size_t, __wasi_size_t *);
werr WRAP(path_create_directory)(__wasi_fd_t, const char *);
werr WRAP(path_filestat_get)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_filestat_t *);
werr WRAP(path_filestat_set_times)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_timestamp_t,
                                   __wasi_timestamp_t, __wasi_fstflags_t);
werr WRAP(path_link)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_fd_t, const char *);
werr WRAP(path_open)(__wasi_fd_t, __wasi_lookupflags_t, const char *, __wasi_oflags_t, __wasi_rights_t,
                     __wasi_rights_t, __wasi_fdflags_t, __wasi_fd_t *);
werr WRAP(path_readlink)(__wasi_fd_t, const char *, uint8_t *, __wasi_size_t, __wasi_size_t *);
werr WRAP(path_remove_directory)(__wasi_fd_t, const char *);
werr WRAP(path_rename)(__wasi_fd_t, const char *, __wasi_fd_t, const char *);
werr WRAP(path_symlink)(const char *, __wasi_fd_t, const char *);
werr WRAP(path_unlink_file)(__wasi_fd_t, const char *);
werr WRAP(poll_oneoff)(const __wasi_subscription_t *, __wasi_event_t *, __wasi_size_t, __wasi_size_t *);

// Opens with Linux's O_… flags, as wasi-libc's `openat` does.
werr open_at(__wasi_fd_t dir, const char *path, int flags, __wasi_fd_t *fd);
werr read_at(__wasi_fd_t fd, void *buf, size_t len, size_t *done);
werr write_at(__wasi_fd_t fd, const void *buf, size_t len, size_t *done);
// The names in a folder, sorted, with blanks between and without dots. `room`: bytes asked for at a time.
werr list(__wasi_fd_t dir, size_t room, char *out, size_t out_len);

#endif
