//! Attempts that only a system call itself can make.

#![expect(unsafe_code, reason = "an attacker asks the kernel directly")]

use std::ffi::{CString, c_void};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::parent_id;
use std::path::Path;
use std::ptr::{null, null_mut};

const PAGE: usize = 4096;

fn answer(value: i64) -> io::Result<()> {
    if value < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Makes a call with arguments that do nothing. It was made if the kernel says what is wrong with them, or who may not call it; not if it
/// says that there is no such call.
pub(crate) fn reach(number: i64, arguments: [i64; 4]) -> io::Result<()> {
    let [a, b, c, d] = arguments;
    // SAFETY: no argument is a pointer but null, or nothing is done for another one that is wrong.
    let made = answer(unsafe { libc::syscall(number, a, b, c, d, 0, 0) });
    made.or_else(|error| match error.raw_os_error() {
        Some(libc::EFAULT | libc::EINVAL | libc::EBADF | libc::ENOKEY | libc::EPERM) => Ok(()),
        _ => Err(error),
    })
}

/// A new page.
pub(crate) fn map(protection: i32) -> io::Result<*mut c_void> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping at an address that the kernel chooses overlaps nothing.
    let page = unsafe { libc::mmap(null_mut(), PAGE, protection, flags, -1, 0) };
    if page == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(page)
}

/// Other rights for a page that [`map`] made.
pub(crate) fn protect(page: *mut c_void, protection: i32) -> io::Result<()> {
    // SAFETY: the page is this test's alone, and nothing refers to it.
    answer(unsafe { libc::mprotect(page, PAGE, protection) }.into())
}

/// Asks to be traced, as a debugger's child does.
pub(crate) fn trace() -> io::Result<()> {
    // SAFETY: no memory is given.
    answer(unsafe {
        libc::ptrace(
            libc::PTRACE_TRACEME,
            0,
            null_mut::<c_void>(),
            null_mut::<c_void>(),
        )
    })
}

/// Reads a byte of a process, its own memory, by way of the kernel.
pub(crate) fn read_process() -> io::Result<()> {
    let from = 1_u8;
    // SAFETY: no memory is given.
    let own = unsafe { libc::getpid() };
    read_memory(own, (&raw const from).cast_mut().cast())
}

/// Reads memory of the parent. Where it has any is not known here, but whether it may be read is.
pub(crate) fn read_parent() -> io::Result<()> {
    let read = read_memory(parent_id().cast_signed(), PAGE as *mut c_void);
    read.or_else(|error| match error.raw_os_error() {
        Some(libc::EFAULT) => Ok(()),
        _ => Err(error),
    })
}

fn read_memory(process: i32, from: *mut c_void) -> io::Result<()> {
    let mut to = 0_u8;
    let part = |iov_base| libc::iovec {
        iov_base,
        iov_len: 1,
    };
    let (local, remote) = (part((&raw mut to).cast()), part(from));
    // SAFETY: one byte is written, to a variable that lives longer than the call; what is read the kernel checks.
    let read =
        unsafe { libc::process_vm_readv(process, &raw const local, 1, &raw const remote, 1, 0) };
    answer(read as i64)
}

/// Lets children read this process as a debugger would, where a kernel lets nobody but parents: they have to be able to.
pub(crate) fn let_children_look() {
    // SAFETY: no memory is given. Kernels that do not ask for it do not know it, either.
    unsafe { libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY, 0, 0, 0) };
}

/// A signal to a process, or to several.
pub(crate) fn signal(to: i32, signal: i32) -> io::Result<()> {
    // SAFETY: no memory is given. Signals are asked about (0), or do nothing to who runs (SIGCONT).
    answer(unsafe { libc::kill(to, signal) }.into())
}

/// A signal to this thread, as `abort` sends one.
pub(crate) fn signal_self() -> io::Result<()> {
    // SAFETY: no memory is given.
    let thread = unsafe { libc::gettid() };
    signal_thread(std::process::id(), thread.cast_unsigned())
}

/// A signal to a thread.
pub(crate) fn signal_thread(process: u32, thread: u32) -> io::Result<()> {
    // SAFETY: no memory is given, and SIGCONT does nothing to who runs.
    answer(unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGCONT) })
}

/// Another process.
pub(crate) fn fork() -> io::Result<()> {
    // SAFETY: the child ends at once, by a call that touches nothing.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: as above.
            unsafe { libc::_exit(0) }
        }
        child => answer(child.into()),
    }
}

/// Another process, by the call whose flags no filter sees.
pub(crate) fn fork_by_structure() -> io::Result<()> {
    // `struct clone_args` in its first version, linux/sched.h: the fifth field is the signal at the end.
    let arguments = [0, 0, 0, 0, libc::SIGCHLD as u64, 0, 0, 0];
    let bytes = size_of_val(&arguments);
    // SAFETY: the structure lives longer than the call; the child has a copy of all memory, as after `fork`.
    match unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), bytes) } {
        0 => {
            // SAFETY: ends the child by a call that touches nothing.
            unsafe { libc::_exit(0) }
        }
        child => answer(child),
    }
}

/// Runs `program` from a file that is in no folder.
pub(crate) fn execute_memory(program: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<()> {
    // SAFETY: the name ends with a zero byte.
    let file = unsafe { libc::memfd_create(c"program".as_ptr(), 0) };
    answer(file.into())?;
    // SAFETY: it was opened just now, and belongs to nobody else.
    let mut file = File::from(unsafe { OwnedFd::from_raw_fd(file) });
    file.write_all(&program()?)?;
    let arguments = [c"true".as_ptr(), null()];
    // SAFETY: both lists end with a null pointer, and live until another program takes over.
    unsafe {
        libc::fexecve(
            file.as_raw_fd(),
            arguments.as_ptr(),
            arguments[1..].as_ptr(),
        )
    };
    Err(io::Error::last_os_error())
}

/// Memory that other processes can find.
pub(crate) fn share_memory() -> io::Result<()> {
    // SAFETY: no memory is given.
    let segment = unsafe { libc::shmget(libc::IPC_PRIVATE, PAGE, 0o600) };
    answer(segment.into())?;
    // SAFETY: removes what was made, which nobody uses.
    answer(unsafe { libc::shmctl(segment, libc::IPC_RMID, null_mut()) }.into())
}

/// Lets others of the same user look into this process.
pub(crate) fn become_readable() -> io::Result<()> {
    // SAFETY: no memory is given.
    answer(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) }.into())
}

/// As many open files as are possible at all.
pub(crate) fn raise_limits() -> io::Result<()> {
    let mut limits = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the limits live longer than the call.
    answer(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limits) }.into())?;
    limits.rlim_cur = limits.rlim_max;
    // SAFETY: as above.
    answer(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limits) }.into())
}

/// Becomes the user that it is.
pub(crate) fn change_user() -> io::Result<()> {
    // SAFETY: no memory is given.
    answer(unsafe { libc::syscall(libc::SYS_setuid, libc::getuid()) })
}

/// A message of no bytes, with room for descriptors.
pub(crate) fn send_message(socket: &UnixDatagram) -> io::Result<()> {
    // SAFETY: a message of zeros is valid: no address, no bytes, nothing passed on.
    let message: libc::msghdr = unsafe { std::mem::zeroed() };
    // SAFETY: the message lives longer than the call.
    answer(unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const message, 0) } as i64)
}

/// Leaves a file open for programs that this process starts.
pub(crate) fn leave_open(file: &File) -> io::Result<()> {
    // SAFETY: no memory is given.
    answer(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) }.into())
}

/// Looks for a file with this content among all descriptors.
pub(crate) fn find_inherited(content: &[u8]) -> io::Result<()> {
    for descriptor in 3..1024 {
        let mut found = vec![0; content.len()];
        // SAFETY: as many bytes are written as there is room for; a descriptor that is not open is an error.
        let read = unsafe { libc::pread(descriptor, found.as_mut_ptr().cast(), found.len(), 0) };
        if read > 0 && found == content {
            return Ok(());
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// A byte to whatever standard output is.
pub(crate) fn write_standard_output() -> io::Result<()> {
    // SAFETY: one byte is read, of a constant.
    answer(unsafe { libc::write(1, c"x".as_ptr().cast(), 1) } as i64)
}

/// A pipe that has a name.
pub(crate) fn make_pipe(path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the path ends with a zero byte.
    answer(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }.into())
}

/// A namespace of one's own.
pub(crate) fn namespace() -> io::Result<()> {
    // SAFETY: no memory is given. Root, and everyone where users may, gets it; sharing files anew is always possible.
    answer(unsafe { libc::unshare(libc::CLONE_FS) }.into())
}

/// Changes a terminal's settings.
pub(crate) fn change_terminal() -> io::Result<()> {
    let terminal = terminal()?;
    // SAFETY: a termios of zeros is valid, and is written before it is read.
    let mut settings: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the settings live longer than the call.
    answer(unsafe { libc::tcgetattr(terminal, &raw mut settings) }.into())?;
    // SAFETY: as above.
    answer(unsafe { libc::tcsetattr(terminal, libc::TCSANOW, &raw const settings) }.into())
}

/// Locks a terminal for everybody else.
pub(crate) fn lock_terminal() -> io::Result<()> {
    let terminal = terminal()?;
    // SAFETY: no memory is given.
    answer(unsafe { libc::ioctl(terminal, libc::TIOCEXCL) }.into())
}

/// A standard stream that is a terminal, as the parent sees to.
fn terminal() -> io::Result<i32> {
    // SAFETY: no memory is given.
    let found = (0..=2).find(|stream| unsafe { libc::isatty(*stream) } == 1);
    found.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// A new terminal: the end that a keyboard and a screen would be at, and the end that programs have.
pub(crate) fn new_terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    let (mut master, mut slave) = (0, 0);
    let (name, settings, size) = (null_mut(), null(), null());
    // SAFETY: both numbers are written; the three other pointers may be null.
    let opened = unsafe { libc::openpty(&raw mut master, &raw mut slave, name, settings, size) };
    answer(opened.into())?;
    // SAFETY: both were opened just now, and belong to nobody else.
    Ok(unsafe { (OwnedFd::from_raw_fd(master), OwnedFd::from_raw_fd(slave)) })
}

/// A further filter of system calls: one could be made that hides what others see.
pub(crate) fn filter() -> io::Result<()> {
    // SAFETY: no memory is given.
    answer(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }.into())
}

/// A file's times.
pub(crate) fn touch(path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the path ends with a zero byte; no times means now.
    answer(unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), null(), 0) }.into())
}

/// Reads a file that lies beside a folder which is open, whoever has opened it, on the way up from there.
pub(crate) fn read_above(name: &str) -> io::Result<()> {
    let mut last = Err(io::ErrorKind::NotFound.into());
    for descriptor in 0..64 {
        last = std::fs::read(format!("/proc/self/fd/{descriptor}/../{name}")).map(drop);
        if last.is_ok() {
            break;
        }
    }
    last
}
