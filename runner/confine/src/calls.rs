//! The lists of system calls: what a confined process may call, and what ends it.

use std::process;

use libc::c_long;

use crate::confinement::{Access, Confinement};

/// A call, allowed when all conditions hold.
pub(crate) struct Call {
    pub(crate) number: i64,
    pub(crate) when: Vec<When>,
}

/// A condition on an argument, counted from 0.
pub(crate) enum When {
    /// It has this value.
    Is(u8, u32),
    /// All these bits are set.
    Has(u8, u32),
    /// None of these bits is set.
    Lacks(u8, u32),
    /// It is a null pointer.
    Null(u8),
}

/// What a computing guest causes, and an orderly end.
const ALWAYS: &[c_long] = &[
    // Descriptors that are open already.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_lseek,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_close,
    libc::SYS_fstat,
    // Waiting.
    libc::SYS_ppoll,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_futex,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_sched_yield,
    libc::SYS_restart_syscall,
    // Memory; executable memory is ruled out below.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    // How many page faults there were.
    libc::SYS_getrusage,
    // Signals.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getrandom,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
];

/// Whether a file is there. Landlock leaves that open.
const LOOKING: &[c_long] = &[
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

/// Opening what is within reach.
const READING: &[c_long] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_getdents64,
    libc::SYS_fadvise64,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
];

/// Writing down what was entered at the prompt: the file is locked, and kept private. Not for guests' folders: landlock does not look at modes,
/// and whatever is open would do, the image among it.
const CHANGING: &[c_long] = &[libc::SYS_flock, libc::SYS_fchmod, libc::SYS_umask];

/// Changing what is within reach.
const WRITING: &[c_long] = &[
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_fallocate,
    libc::SYS_utimensat,
    #[cfg(not(target_arch = "riscv64"))]
    libc::SYS_renameat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mkdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rmdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_link,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_symlink,
];

/// What SQLite does besides: it removes its log, and asks who it is and what is there.
const KEEPING: &[c_long] = &[
    libc::SYS_unlinkat,
    libc::SYS_geteuid,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
];

/// How it keeps other processes out while it writes.
const LOCKS: &[i32] = &[libc::F_GETLK, libc::F_SETLK, libc::F_SETLKW];

/// What a thread needs to begin and to end, besides `clone`.
const THREADS: &[c_long] = &[
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    // Also for those that wake each other.
    libc::SYS_eventfd2,
];

/// Accepting, reading, writing and closing connections; and taking the socket of a worker from whoever starts it.
const CONNECTIONS: &[c_long] = &[
    libc::SYS_recvmsg,
    libc::SYS_accept4,
    libc::SYS_shutdown,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_epoll_create1,
];

/// Calls that nothing in this process ever makes: whoever makes one has broken out of the guest, and is not given a second try.
pub(crate) const FATAL: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_personality,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_capset,
    libc::SYS_reboot,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Which pages were written: `_IOWR('f', 16, struct pm_scan_arg)`, in linux/fs.h. Resetting a session's memory asks.
const PAGEMAP_SCAN: u32 = 0xc060_6610;

/// What may be asked of any descriptor: written pages; whether it is a terminal, and how large.
const QUESTIONS: &[u32] = &[
    PAGEMAP_SCAN,
    libc::TCGETS as u32,
    libc::TCGETS2 as u32,
    libc::TIOCGWINSZ as u32,
    libc::FIONREAD as u32,
    libc::FIONBIO as u32,
];

/// What a line editor changes. Never `TIOCSTI` nor `TIOCLINUX`, with which one types into other people's shells.
const TERMINAL: &[u32] = &[
    libc::TCSETS as u32,
    libc::TCSETSW as u32,
    libc::TCSETSF as u32,
    libc::TCSETS2 as u32,
    libc::TCSETSW2 as u32,
    libc::TCSETSF2 as u32,
];

/// What `fcntl` may do. Never `F_SETOWN`, with which the kernel is made to send signals.
const DESCRIPTOR_FLAGS: &[i32] = &[
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_SETFL,
    libc::F_DUPFD_CLOEXEC,
];

/// What makes a new thread of this process rather than another process.
const OF_A_THREAD: i32 =
    libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_FILES | libc::CLONE_FS;

/// Namespaces of one's own, in which one is root, and other attacks on the kernel begin.
const NAMESPACES: i32 = libc::CLONE_NEWNS
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_PTRACE;

/// Everything that `confinement` leaves.
pub(crate) fn allowed(confinement: &Confinement) -> Vec<Call> {
    let mut calls = Vec::new();
    allow(&mut calls, ALWAYS);
    memory(&mut calls);
    descriptors(&mut calls);
    // The runtime tells itself of signals through a pair of sockets; nothing is sent to an address.
    calls.push(call(libc::SYS_sendto, [When::Null(4)]));
    calls.push(call(libc::SYS_recvfrom, [When::Null(4)]));
    threads(&mut calls);
    // `abort`: a signal to this process, and no other.
    let own = process::id();
    calls.push(call(libc::SYS_tgkill, [When::Is(0, own)]));
    if !confinement.reach.is_empty() {
        allow(&mut calls, READING);
    }
    if confinement.reaches(&[Access::Change, Access::Database, Access::Write]) {
        allow(&mut calls, &[libc::SYS_ftruncate]);
    }
    if confinement.reaches(&[Access::Change, Access::Database]) {
        allow(&mut calls, CHANGING);
    }
    if confinement.reaches(&[Access::Database]) {
        database(&mut calls);
    }
    if confinement.reaches(&[Access::Write]) {
        allow(&mut calls, WRITING);
    }
    if confinement.looks {
        allow(&mut calls, LOOKING);
    }
    if confinement.terminal {
        terminal(&mut calls);
    }
    if confinement.connections {
        allow(&mut calls, CONNECTIONS);
    }
    if confinement.passes {
        allow(&mut calls, &[libc::SYS_sendmsg]);
    }
    calls
}

fn allow(calls: &mut Vec<Call>, numbers: &[c_long]) {
    calls.extend(numbers.iter().map(|number| call(*number, [])));
}

fn call<const N: usize>(number: c_long, when: [When; N]) -> Call {
    Call {
        number,
        when: when.into(),
    }
}

/// Memory, but nothing executable: the image's code was mapped before.
fn memory(calls: &mut Vec<Call>) {
    for number in [libc::SYS_mmap, libc::SYS_mprotect] {
        calls.push(call(
            number,
            [When::Lacks(2, libc::PROT_EXEC.cast_unsigned())],
        ));
    }
}

fn descriptors(calls: &mut Vec<Call>) {
    for request in QUESTIONS {
        calls.push(call(libc::SYS_ioctl, [When::Is(1, *request)]));
    }
    for command in DESCRIPTOR_FLAGS {
        let command = command.cast_unsigned();
        calls.push(call(libc::SYS_fcntl, [When::Is(1, command)]));
    }
}

fn database(calls: &mut Vec<Call>) {
    allow(calls, KEEPING);
    for command in LOCKS {
        let command = command.cast_unsigned();
        calls.push(call(libc::SYS_fcntl, [When::Is(1, command)]));
    }
}

fn threads(calls: &mut Vec<Call>) {
    allow(calls, THREADS);
    // `clone3` has its flags in memory, where no filter can look; libc takes `clone` where it is not there.
    let (thread, namespaces) = (OF_A_THREAD.cast_unsigned(), NAMESPACES.cast_unsigned());
    let when = [When::Has(0, thread), When::Lacks(0, namespaces)];
    calls.push(call(libc::SYS_clone, when));
    for option in [libc::PR_SET_NAME, libc::PR_SET_VMA] {
        let option = option.cast_unsigned();
        calls.push(call(libc::SYS_prctl, [When::Is(0, option)]));
    }
    // The runtime's and the editor's own wake-up calls: two ends within this process.
    let local = libc::AF_UNIX.cast_unsigned();
    calls.push(call(libc::SYS_socketpair, [When::Is(0, local)]));
    allow(calls, &[libc::SYS_pipe2]);
}

fn terminal(calls: &mut Vec<Call>) {
    for request in TERMINAL {
        calls.push(call(libc::SYS_ioctl, [When::Is(1, *request)]));
    }
    // Ctrl-Z suspends the job; the signal goes to its own group.
    let stop = libc::SIGTSTP.cast_unsigned();
    calls.push(call(libc::SYS_kill, [When::Is(0, 0), When::Is(1, stop)]));
}
