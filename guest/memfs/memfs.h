// The memory filesystem, as the shim sees it.
//
// Files live in linear memory, under wasi-libc's calls: they are part of a snapshot, and the memory limit is the disk
// quota. Every call of guest/memfs/wraps.txt is linked with `--wrap`, so `__wrap_…` is ours and `__real_…` is the host,
// which is asked about mounted host folders only.
//
// Functions return 0 or a WASI errno.
#ifndef CROQUANT_MEMFS_H
#define CROQUANT_MEMFS_H

#include <stdbool.h>
#include <stddef.h>

// A file that is part of the image: shown read-only, its bytes never copied.
// The recipe generates the array; the last element has a NULL path.
struct croquant_static_file {
    const char *path;
    const unsigned char *data;
    unsigned size;
};
extern const struct croquant_static_file croquant_static_files[];

// Which standard streams are terminals: 1 stdin, 2 stdout, 4 stderr (the `stdio` record of guest/ABI.md).
void memfs_set_stdio(unsigned bits);

// How many files and folders may be open at once, besides the standard streams (the `open_files` record). The host keeps a
// table for those of mounts and ends a guest that fills it: this limit comes first, as EMFILE.
void memfs_set_open_limit(unsigned files);

// How many files, folders, links and further names of files may be made in memory from now on, besides those that are there (the
// `files` record); one more is ENOSPC. What is removed makes room.
void memfs_set_file_limit(unsigned files);

// Shows the host's preopened folder `host_fd` at the absolute path `guest_path`; what lay there is hidden.
// The folders on the way are made. EINVAL: "/" or not absolute. EBUSY: a mount is there, or below. ENOTSUP: inside
// another mount.
int memfs_mount(const char *guest_path, int host_fd, bool read_only);

// Writes a whole file, making its parent folders. EXDEV: the path lies in a mount, where files belong to the host.
int memfs_write_file(const char *path, const void *data, size_t size);

// Makes a folder and its parents; a folder that is there is fine.
int memfs_make_dirs(const char *path);

// Builds `/`, `/home/user`, `/tmp`, `/dev` and the image's files. Runs by itself before any other code of the guest.
void memfs_init(void);

#endif
