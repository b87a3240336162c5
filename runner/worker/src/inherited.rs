//! What a process hands on to those that it starts: descriptors, and which signals do nothing.

#![expect(unsafe_code, reason = "no library asks the kernel for this without it")]

use std::io;

/// Keeps whatever this process has open, besides the standard streams, from the programs that it starts: what a careless shell has left open is
/// no business of a worker's.
pub(crate) fn keep_to_oneself() -> io::Result<()> {
    let (first, last) = (3_u32, u32::MAX);
    // SAFETY: no memory is given, and nothing is closed here: the flag takes effect in another program.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            last,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    if answer < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Makes what stops a server do nothing to this process and those that it starts. Who stops a service often sends the signal to each of its
/// processes; these end when their server does, which has sessions to save first.
pub(crate) fn ignore_stops() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
        // SAFETY: no function is called for the signal. It can only fail for signals that do not exist.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}
