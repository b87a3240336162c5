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

// A file that is part of the image: shown read-only. Its bytes lie there as they are, or as a zlib stream, which is unpacked
// while the file is open. The recipe generates the array; the last element has a NULL path.
struct croquant_static_file {
    const char *path;
    const unsigned char *data;
    unsigned size;
    unsigned packed;    // bytes of the stream; 0: not packed
};
extern const struct croquant_static_file croquant_static_files[];

// Unpacks a zlib stream into exactly `size` bytes. False: there is no memory for that. The shim has it.
bool croquant_unpack(const unsigned char *data, unsigned packed, unsigned char *to, unsigned size);

// Whether a signal waits for the program to look: then it does not wait for anything else. The shim has it.
bool croquant_is_signalled(void);

// Which standard streams are terminals: 1 stdin, 2 stdout, 4 stderr (the `stdio` record of guest/ABI.md).
void memfs_set_stdio(unsigned bits);

// How many files and folders may be open at once, besides the standard streams (the `open_files` record). The host keeps a
// table for those of mounts and ends a guest that fills it: this limit comes first, as EMFILE.
void memfs_set_open_limit(unsigned files);

// How many files, folders, links and further names of files may be made in memory from now on, besides those that are there (the
// `files` record); one more is ENOSPC. What is removed makes room.
void memfs_set_file_limit(unsigned files);

// How many descriptors there may be, with the standard streams.
unsigned memfs_open_limit(void);

// As `umask`: the permission bits that new files do not get, until the next call. Returns those before.
unsigned memfs_umask(unsigned mask);

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
