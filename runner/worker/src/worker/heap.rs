//! This process's heap.

#![expect(unsafe_code, reason = "no library tells malloc this without it")]

/// How much of its end stays where it is when it is not used.
const KEPT_BYTES: libc::c_int = 16 << 20;

/// From which size on a piece is mapped by itself. It has to be said, as malloc adjusts it only where the other is not set (mallopt(3)).
const MAPPED_BYTES: libc::c_int = 1 << 20;

/// Keeps the heap as large as it was when a session has ended. Given back and asked for again, it would cost the next session a page fault for each
/// page, and after a fault the kernel has to be asked which pages of the session were written.
pub(super) fn keep() {
    for (option, bytes) in [
        (libc::M_TRIM_THRESHOLD, KEPT_BYTES),
        (libc::M_MMAP_THRESHOLD, MAPPED_BYTES),
    ] {
        // SAFETY: it takes two numbers, and changes nothing but when malloc(3) asks the system for memory and gives it back.
        if unsafe { libc::mallopt(option, bytes) } == 0 {
            // It works as well, but slower.
            tracing::debug!(option, "the heap cannot be kept");
        }
    }
}
