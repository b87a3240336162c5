// What the files of the memory filesystem know of each other.
#ifndef CROQUANT_FS_H
#define CROQUANT_FS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE    // strnlen, whatever -std says; so this header comes first
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasi/api.h>

#include "memfs.h"

typedef __wasi_errno_t werr;
#define E(name) __WASI_ERRNO_##name
#define OK __WASI_ERRNO_SUCCESS
// Ours, and the host's, version of a WASI call.
#define WRAP(call) __wrap___wasi_##call
#define REAL(call) __real___wasi_##call

enum {
    NAME_LIMIT = 255,    // bytes of one name
    PATH_LIMIT = 4096,   // bytes of a path, with its NUL
    LINK_LIMIT = 40,     // symbolic links followed in one path, as Linux has it
    FD_LIMIT = 1024,     // open files of one session
    ROOT_FD = 3,         // the one preopen that wasi-libc sees
    BLOCK = 16 * 1024,   // a file's unit of storage
};
// A file's size: far above any quota, low enough that no sum of offsets overflows.
#define SIZE_LIMIT ((uint64_t)1 << 44)
// st_dev of everything in memory. Preview 1 has no place for permission bits: they travel in the device's upper half,
// and mode.c takes them out again.
#define MEMORY_DEVICE 0x6d66
#define MODE_SHIFT 32

// --- tree.c: nodes and the names that lead to them

enum kind { DIR_NODE, FILE_NODE, LINK_NODE, DEVICE_NODE };
enum device { DEV_TTY, DEV_NULL, DEV_ZERO, DEV_RANDOM, DEV_STDIN, DEV_STDOUT, DEV_STDERR };

struct entry;
struct mount;

struct slot {           // a place in a directory's order
    uint64_t cookie;    // rises with every name added, never reused: what `fd_readdir` goes by
    struct entry *entry;    // NULL once removed
};

struct dir {
    struct node *parent;
    struct entry *entry;    // its own name in `parent`
    struct mount *mount;    // the host folder shown in its place
    struct entry **buckets; // names by hash
    struct slot *order;     // names by age
    uint32_t bucket_count, slot_count, slot_room, entry_count, subdirs;
    uint64_t next_cookie;
    bool dead;              // removed, but still open somewhere
};

struct file {
    uint64_t size;
    uint8_t **blocks;       // NULL is a hole; all but the first are BLOCK bytes
    uint32_t block_count;   // length of `blocks`
    uint32_t first_room;    // bytes of the first block: small files take little
    const uint8_t *fixed;   // a file of the image: its bytes, instead of blocks
    const uint8_t *packed;  // or the zlib stream of them: `fixed` is there while the file is open
    uint32_t packed_len;
};

struct node {
    enum kind kind;
    uint16_t mode;          // permission bits: shown, not enforced, as for root
    uint32_t names;         // hard links
    uint32_t pins;          // open files and orphans that need it
    uint64_t ino, atim, mtim, ctim;
    union {
        struct dir dir;
        struct file file;
        struct { char *target; uint32_t len; } link;
        enum device device;
    };
};

struct entry {
    struct entry *chain;    // next in the bucket
    struct node *node;
    uint64_t cookie;
    uint32_t hash;
    uint8_t len;
    char name[];            // no NUL
};

extern struct node *fs_root;
extern uint16_t fs_new_file_mode, fs_new_dir_mode;    // permission bits of what is made next: mode.c sets them

uint64_t fs_now(void);
struct node *node_new(enum kind kind);      // NULL: no memory, or as many files as there may be
bool fs_has_room(void);                     // for one more file, or one more name
void node_pin(struct node *node);
void node_unpin(struct node *node);
void node_free_if_unused(struct node *node);
bool node_is_fixed(const struct node *node);
struct entry *dir_find(const struct node *dir, const char *name, size_t len);
werr dir_add(struct node *dir, const char *name, size_t len, struct node *node);
void dir_drop(struct node *dir, struct entry *entry);
void dir_replace(struct node *dir, struct entry *entry, struct node *node);
const struct slot *dir_slots_from(const struct node *dir, uint64_t cookie, uint32_t *count);
werr node_path(const struct node *dir, char out[PATH_LIMIT]);

// --- file.c: the bytes of a regular file

size_t file_read(const struct node *node, uint64_t offset, uint8_t *to, size_t len);
werr file_write(struct node *node, uint64_t offset, const uint8_t *from, size_t len, size_t *written);
werr file_resize(struct node *node, uint64_t size);
werr file_reserve(struct node *node, uint64_t offset, uint64_t len);
void file_trim(struct node *node);
werr file_unpack(struct node *node);
void file_pack(struct node *node);
void file_free(struct node *node);

// --- mount.c: the host's folders

struct mount {
    struct node *point;     // the directory that it covers
    int host_fd;
    bool read_only;
};

// --- fds.c: open files

enum open_kind { OPEN_STREAM, OPEN_NODE, OPEN_HOST };

struct open_file {
    enum open_kind kind;
    uint32_t refs;              // numbers that stand for it
    bool readable, writable;
    __wasi_fdflags_t flags;
    uint64_t offset;
    struct node *node;          // OPEN_NODE
    int stream;                 // OPEN_STREAM: 0 stdin, 1 stdout, 2 stderr
    int host_fd;                // OPEN_HOST
    struct mount *mount;        // OPEN_HOST
    char *host_path;            // OPEN_HOST, a folder: where it lies in the mount. NULL otherwise
};

extern struct open_file *fs_fds[FD_LIMIT];

static inline struct open_file *fd_get(__wasi_fd_t fd) {
    return (uint32_t)fd < FD_LIMIT ? fs_fds[fd] : NULL;
}
void fds_init(void);
bool fd_room(void);
werr fd_new(const struct open_file *file, __wasi_fd_t *fd);
werr memfs_dup(__wasi_fd_t fd, __wasi_fd_t at_least, __wasi_fd_t *out);
werr memfs_dup2(__wasi_fd_t fd, __wasi_fd_t to);

// --- path.c: from a path to a place

enum follow {
    PARENT,         // the last name is to be made, moved or removed: never followed
    NOFOLLOW,       // the last name is followed only when a slash comes after it
    FOLLOW,
    CREATE,         // as FOLLOW; but a name with a slash after it can be no new file, so it is not followed
};
enum last { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

struct place {
    bool slash;             // the path ended in a slash
    // In memory:
    struct node *dir;       // where the last name lies
    struct entry *entry;    // the name, if there is one
    struct node *node;      // what it stands for, NULL if nothing
    enum last last;
    size_t len;
    char name[NAME_LIMIT + 1];
    // In a mount, when not NULL:
    struct mount *mount;
    int base_fd;            // the host's folder that `path` starts from
    char path[PATH_LIMIT];  // "" is that folder itself
};

werr resolve(__wasi_fd_t fd, const char *path, enum follow follow, struct place *at);
bool is_mount_root(const struct place *at);
const char *host_path(struct place *at);

// --- chdir.c
werr resolve_text(const char *path, struct place *at);

// --- stat.c
void node_stat(const struct node *node, __wasi_filestat_t *out);
__wasi_filetype_t node_filetype(const struct node *node);

// --- stream.c: standard streams and devices

bool stream_is_tty(int stream);
werr stream_read(int stream, const __wasi_iovec_t *iovs, size_t count, size_t *done);
werr stream_write(int stream, const __wasi_ciovec_t *iovs, size_t count, size_t *done);
size_t device_read(enum device device, uint8_t *to, size_t len);

// --- the host

#ifdef __wasm__
#define IMPORT(name) __attribute__((import_module("croquant"), import_name(name)))
#else
#define IMPORT(name)
#endif
IMPORT("write") int32_t croquant_write(int32_t fd, const void *data, uint32_t len);
IMPORT("read") int32_t croquant_read(void *data, uint32_t len);
IMPORT("sleep") int32_t croquant_sleep(int64_t ns);

#define TRY(call) do { werr try_err = (call); if (try_err != OK) return try_err; } while (0)

#endif
