// WASI preview 1's types, for tests that run on the machine itself. In the guest wasi-libc's header is used.
#ifndef TESTS_WASI_API_H
#define TESTS_WASI_API_H

#include <stddef.h>
#include <stdint.h>

typedef size_t __wasi_size_t;
typedef uint64_t __wasi_filesize_t, __wasi_timestamp_t, __wasi_rights_t, __wasi_dircookie_t, __wasi_inode_t,
    __wasi_device_t, __wasi_linkcount_t, __wasi_userdata_t;
typedef int64_t __wasi_filedelta_t;
typedef uint32_t __wasi_clockid_t, __wasi_dirnamlen_t, __wasi_lookupflags_t;
typedef uint16_t __wasi_errno_t, __wasi_fdflags_t, __wasi_fstflags_t, __wasi_oflags_t, __wasi_eventrwflags_t,
    __wasi_subclockflags_t, __wasi_riflags_t, __wasi_roflags_t, __wasi_siflags_t;
typedef uint8_t __wasi_whence_t, __wasi_filetype_t, __wasi_advice_t, __wasi_eventtype_t, __wasi_sdflags_t;
typedef int __wasi_fd_t;

typedef struct { uint8_t *buf; __wasi_size_t buf_len; } __wasi_iovec_t;
typedef struct { const uint8_t *buf; __wasi_size_t buf_len; } __wasi_ciovec_t;
typedef struct {
    __wasi_dircookie_t d_next;
    __wasi_inode_t d_ino;
    __wasi_dirnamlen_t d_namlen;
    __wasi_filetype_t d_type;
} __wasi_dirent_t;
typedef struct {
    __wasi_filetype_t fs_filetype;
    __wasi_fdflags_t fs_flags;
    __wasi_rights_t fs_rights_base, fs_rights_inheriting;
} __wasi_fdstat_t;
typedef struct {
    __wasi_device_t dev;
    __wasi_inode_t ino;
    __wasi_filetype_t filetype;
    __wasi_linkcount_t nlink;
    __wasi_filesize_t size;
    __wasi_timestamp_t atim, mtim, ctim;
} __wasi_filestat_t;
typedef struct { __wasi_filesize_t nbytes; __wasi_eventrwflags_t flags; } __wasi_event_fd_readwrite_t;
typedef struct {
    __wasi_userdata_t userdata;
    __wasi_errno_t error;
    __wasi_eventtype_t type;
    __wasi_event_fd_readwrite_t fd_readwrite;
} __wasi_event_t;
typedef struct {
    __wasi_clockid_t id;
    __wasi_timestamp_t timeout, precision;
    __wasi_subclockflags_t flags;
} __wasi_subscription_clock_t;
typedef struct { __wasi_fd_t file_descriptor; } __wasi_subscription_fd_readwrite_t;
typedef struct {
    __wasi_userdata_t userdata;
    struct {
        uint8_t tag;
        union {
            __wasi_subscription_clock_t clock;
            __wasi_subscription_fd_readwrite_t fd_read, fd_write;
        } u;
    } u;
} __wasi_subscription_t;
typedef struct { uint8_t tag; union { struct { __wasi_size_t pr_name_len; } dir; } u; } __wasi_prestat_t;

__wasi_errno_t __wasi_clock_time_get(__wasi_clockid_t, __wasi_timestamp_t, __wasi_timestamp_t *);
__wasi_errno_t __wasi_random_get(uint8_t *, __wasi_size_t);

#define __WASI_ERRNO_SUCCESS 0
#define __WASI_ERRNO_2BIG 1
#define __WASI_ERRNO_ACCES 2
#define __WASI_ERRNO_ADDRINUSE 3
#define __WASI_ERRNO_ADDRNOTAVAIL 4
#define __WASI_ERRNO_AFNOSUPPORT 5
#define __WASI_ERRNO_AGAIN 6
#define __WASI_ERRNO_ALREADY 7
#define __WASI_ERRNO_BADF 8
#define __WASI_ERRNO_BADMSG 9
#define __WASI_ERRNO_BUSY 10
#define __WASI_ERRNO_CANCELED 11
#define __WASI_ERRNO_CHILD 12
#define __WASI_ERRNO_CONNABORTED 13
#define __WASI_ERRNO_CONNREFUSED 14
#define __WASI_ERRNO_CONNRESET 15
#define __WASI_ERRNO_DEADLK 16
#define __WASI_ERRNO_DESTADDRREQ 17
#define __WASI_ERRNO_DOM 18
#define __WASI_ERRNO_DQUOT 19
#define __WASI_ERRNO_EXIST 20
#define __WASI_ERRNO_FAULT 21
#define __WASI_ERRNO_FBIG 22
#define __WASI_ERRNO_HOSTUNREACH 23
#define __WASI_ERRNO_IDRM 24
#define __WASI_ERRNO_ILSEQ 25
#define __WASI_ERRNO_INPROGRESS 26
#define __WASI_ERRNO_INTR 27
#define __WASI_ERRNO_INVAL 28
#define __WASI_ERRNO_IO 29
#define __WASI_ERRNO_ISCONN 30
#define __WASI_ERRNO_ISDIR 31
#define __WASI_ERRNO_LOOP 32
#define __WASI_ERRNO_MFILE 33
#define __WASI_ERRNO_MLINK 34
#define __WASI_ERRNO_MSGSIZE 35
#define __WASI_ERRNO_MULTIHOP 36
#define __WASI_ERRNO_NAMETOOLONG 37
#define __WASI_ERRNO_NETDOWN 38
#define __WASI_ERRNO_NETRESET 39
#define __WASI_ERRNO_NETUNREACH 40
#define __WASI_ERRNO_NFILE 41
#define __WASI_ERRNO_NOBUFS 42
#define __WASI_ERRNO_NODEV 43
#define __WASI_ERRNO_NOENT 44
#define __WASI_ERRNO_NOEXEC 45
#define __WASI_ERRNO_NOLCK 46
#define __WASI_ERRNO_NOLINK 47
#define __WASI_ERRNO_NOMEM 48
#define __WASI_ERRNO_NOMSG 49
#define __WASI_ERRNO_NOPROTOOPT 50
#define __WASI_ERRNO_NOSPC 51
#define __WASI_ERRNO_NOSYS 52
#define __WASI_ERRNO_NOTCONN 53
#define __WASI_ERRNO_NOTDIR 54
#define __WASI_ERRNO_NOTEMPTY 55
#define __WASI_ERRNO_NOTRECOVERABLE 56
#define __WASI_ERRNO_NOTSOCK 57
#define __WASI_ERRNO_NOTSUP 58
#define __WASI_ERRNO_NOTTY 59
#define __WASI_ERRNO_NXIO 60
#define __WASI_ERRNO_OVERFLOW 61
#define __WASI_ERRNO_OWNERDEAD 62
#define __WASI_ERRNO_PERM 63
#define __WASI_ERRNO_PIPE 64
#define __WASI_ERRNO_PROTO 65
#define __WASI_ERRNO_PROTONOSUPPORT 66
#define __WASI_ERRNO_PROTOTYPE 67
#define __WASI_ERRNO_RANGE 68
#define __WASI_ERRNO_ROFS 69
#define __WASI_ERRNO_SPIPE 70
#define __WASI_ERRNO_SRCH 71
#define __WASI_ERRNO_STALE 72
#define __WASI_ERRNO_TIMEDOUT 73
#define __WASI_ERRNO_TXTBSY 74
#define __WASI_ERRNO_XDEV 75
#define __WASI_ERRNO_NOTCAPABLE 76

#define __WASI_RIGHTS_FD_DATASYNC ((__wasi_rights_t)1 << 0)
#define __WASI_RIGHTS_FD_READ ((__wasi_rights_t)1 << 1)
#define __WASI_RIGHTS_FD_SEEK ((__wasi_rights_t)1 << 2)
#define __WASI_RIGHTS_FD_FDSTAT_SET_FLAGS ((__wasi_rights_t)1 << 3)
#define __WASI_RIGHTS_FD_SYNC ((__wasi_rights_t)1 << 4)
#define __WASI_RIGHTS_FD_TELL ((__wasi_rights_t)1 << 5)
#define __WASI_RIGHTS_FD_WRITE ((__wasi_rights_t)1 << 6)
#define __WASI_RIGHTS_FD_ADVISE ((__wasi_rights_t)1 << 7)
#define __WASI_RIGHTS_FD_ALLOCATE ((__wasi_rights_t)1 << 8)
#define __WASI_RIGHTS_PATH_CREATE_DIRECTORY ((__wasi_rights_t)1 << 9)
#define __WASI_RIGHTS_PATH_CREATE_FILE ((__wasi_rights_t)1 << 10)
#define __WASI_RIGHTS_PATH_LINK_SOURCE ((__wasi_rights_t)1 << 11)
#define __WASI_RIGHTS_PATH_LINK_TARGET ((__wasi_rights_t)1 << 12)
#define __WASI_RIGHTS_PATH_OPEN ((__wasi_rights_t)1 << 13)
#define __WASI_RIGHTS_FD_READDIR ((__wasi_rights_t)1 << 14)
#define __WASI_RIGHTS_PATH_READLINK ((__wasi_rights_t)1 << 15)
#define __WASI_RIGHTS_PATH_RENAME_SOURCE ((__wasi_rights_t)1 << 16)
#define __WASI_RIGHTS_PATH_RENAME_TARGET ((__wasi_rights_t)1 << 17)
#define __WASI_RIGHTS_PATH_FILESTAT_GET ((__wasi_rights_t)1 << 18)
#define __WASI_RIGHTS_PATH_FILESTAT_SET_SIZE ((__wasi_rights_t)1 << 19)
#define __WASI_RIGHTS_PATH_FILESTAT_SET_TIMES ((__wasi_rights_t)1 << 20)
#define __WASI_RIGHTS_FD_FILESTAT_GET ((__wasi_rights_t)1 << 21)
#define __WASI_RIGHTS_FD_FILESTAT_SET_SIZE ((__wasi_rights_t)1 << 22)
#define __WASI_RIGHTS_FD_FILESTAT_SET_TIMES ((__wasi_rights_t)1 << 23)
#define __WASI_RIGHTS_PATH_SYMLINK ((__wasi_rights_t)1 << 24)
#define __WASI_RIGHTS_PATH_REMOVE_DIRECTORY ((__wasi_rights_t)1 << 25)
#define __WASI_RIGHTS_PATH_UNLINK_FILE ((__wasi_rights_t)1 << 26)
#define __WASI_RIGHTS_POLL_FD_READWRITE ((__wasi_rights_t)1 << 27)
#define __WASI_RIGHTS_SOCK_SHUTDOWN ((__wasi_rights_t)1 << 28)
#define __WASI_RIGHTS_SOCK_ACCEPT ((__wasi_rights_t)1 << 29)

#define __WASI_CLOCKID_REALTIME 0
#define __WASI_CLOCKID_MONOTONIC 1
#define __WASI_CLOCKID_PROCESS_CPUTIME_ID 2
#define __WASI_CLOCKID_THREAD_CPUTIME_ID 3
#define __WASI_WHENCE_SET 0
#define __WASI_WHENCE_CUR 1
#define __WASI_WHENCE_END 2
#define __WASI_FILETYPE_UNKNOWN 0
#define __WASI_FILETYPE_BLOCK_DEVICE 1
#define __WASI_FILETYPE_CHARACTER_DEVICE 2
#define __WASI_FILETYPE_DIRECTORY 3
#define __WASI_FILETYPE_REGULAR_FILE 4
#define __WASI_FILETYPE_SOCKET_DGRAM 5
#define __WASI_FILETYPE_SOCKET_STREAM 6
#define __WASI_FILETYPE_SYMBOLIC_LINK 7
#define __WASI_ADVICE_NORMAL 0
#define __WASI_ADVICE_SEQUENTIAL 1
#define __WASI_ADVICE_RANDOM 2
#define __WASI_ADVICE_WILLNEED 3
#define __WASI_ADVICE_DONTNEED 4
#define __WASI_ADVICE_NOREUSE 5
#define __WASI_FDFLAGS_APPEND (1 << 0)
#define __WASI_FDFLAGS_DSYNC (1 << 1)
#define __WASI_FDFLAGS_NONBLOCK (1 << 2)
#define __WASI_FDFLAGS_RSYNC (1 << 3)
#define __WASI_FDFLAGS_SYNC (1 << 4)
#define __WASI_FSTFLAGS_ATIM (1 << 0)
#define __WASI_FSTFLAGS_ATIM_NOW (1 << 1)
#define __WASI_FSTFLAGS_MTIM (1 << 2)
#define __WASI_FSTFLAGS_MTIM_NOW (1 << 3)
#define __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW (1 << 0)
#define __WASI_OFLAGS_CREAT (1 << 0)
#define __WASI_OFLAGS_DIRECTORY (1 << 1)
#define __WASI_OFLAGS_EXCL (1 << 2)
#define __WASI_OFLAGS_TRUNC (1 << 3)
#define __WASI_EVENTTYPE_CLOCK 0
#define __WASI_EVENTTYPE_FD_READ 1
#define __WASI_EVENTTYPE_FD_WRITE 2
#define __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME (1 << 0)
#define __WASI_PREOPENTYPE_DIR 0
#define __WASI_SDFLAGS_RD (1 << 0)
#define __WASI_SDFLAGS_WR (1 << 1)

#endif
