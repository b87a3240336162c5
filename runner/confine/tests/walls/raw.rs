//! Attempts that only a system call itself can make.

#![expect(unsafe_code, reason = "an attacker asks the kernel directly")]

use std::ffi::{CString, c_void};
use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
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
    let (from, mut to) = (1_u8, 0_u8);
    let local = libc::iovec {
        iov_base: (&raw mut to).cast(),
        iov_len: 1,
    };
    let remote = libc::iovec {
        iov_base: (&raw const from).cast_mut().cast(),
        iov_len: 1,
    };
    // SAFETY: one byte is copied between two variables that live longer than the call.
    answer(unsafe {
        libc::process_vm_readv(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0)
    } as i64)
}

/// Whether a signal to the parent would be delivered.
pub(crate) fn signal_parent() -> io::Result<()> {
    // SAFETY: signal 0 is only asked about. SIGCONT would do as well: the parent runs.
    answer(unsafe { libc::kill(parent_id().cast_signed(), libc::SIGCONT) }.into())
}

/// A signal to this thread, as `abort` sends one.
pub(crate) fn signal_self() -> io::Result<()> {
    // SAFETY: no memory is given.
    let (process, thread) = unsafe { (libc::getpid(), libc::gettid()) };
    // SAFETY: no memory is given, and SIGCONT does nothing to a process that runs.
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

/// Standard input, which the parent has made a terminal.
fn terminal() -> io::Result<i32> {
    // SAFETY: no memory is given.
    match unsafe { libc::isatty(0) } {
        1 => Ok(0),
        _ => Err(io::Error::last_os_error()),
    }
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
