//! What a session may use. Every limit is always set: nothing is unlimited by accident.

use serde::{Deserialize, Serialize};

/// The limits of a session. Those on fuel, time and output hold for each call anew; memory and files hold for the whole session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Work per call, in units of fuel (about one WebAssembly instruction, ten a nanosecond; deterministic for an image). Protects the processor.
    pub fuel: u64,
    /// Wall clock per call, in milliseconds, not counting time spent waiting for input.
    pub deadline_ms: u64,
    /// How long one wait for input may last, in milliseconds.
    pub input_idle_ms: u64,
    /// How long the guest may go on after it was asked to stop, in milliseconds, before it is stopped for good. Its variables
    /// are then as they were before the call, within `checkpoint_bytes`.
    pub grace_ms: u64,
    /// Linear memory, in bytes: the heap and the scratch files together. Python raises `MemoryError` past it.
    pub memory_bytes: usize,
    /// Output and messages per call, in bytes. What comes after is dropped and counted; one mark is written. A guest that
    /// sends as much again is stopped. Protects whoever reads.
    pub output_bytes: u64,
    /// Lines of output per second, on each stream. What comes faster is dropped and counted, with a mark where it is cut and
    /// another where it goes on; so many lines may come at once. Dropped bytes count towards the end of a flood.
    /// Protects readers, for whom each line is work.
    pub output_lines: u64,
    /// What the host holds at once for the guest, in bytes: a message on its way, a line of input that was typed. A
    /// guest that needs more is stopped. Protects the host's memory.
    pub host_bytes: usize,
    /// Files and folders that may be open at once in a session with mounts; one more is an `OSError` (EMFILE). Protects the
    /// host's descriptors.
    pub open_files: u32,
    /// Files, folders, links and further names that the memory filesystem may have, besides those that it begins with; one more is an
    /// `OSError` (ENOSPC), and what is removed makes room. It holds for the whole session, as it was at its start. Mounts have a
    /// [`Quota`](crate::Quota) each.
    pub files: u32,
    /// How much may be kept to go back to, in bytes: what of the session's memory differs from the image. It protects the
    /// host's memory. A session that has more, or every session if this is 0, is lost when a call has to be stopped for good.
    pub checkpoint_bytes: usize,
}

impl Limits {
    /// One script, run for its owner: hours, a gibibyte of memory.
    pub fn script() -> Self {
        Self {
            fuel: 500_000_000_000_000,
            deadline_ms: 4 * 3_600_000,
            input_idle_ms: 24 * 3_600_000,
            grace_ms: 2_000,
            memory_bytes: 1 << 30,
            output_bytes: 16 << 30,
            output_lines: 10_000_000,
            host_bytes: 64 << 20,
            open_files: 512,
            files: 100_000,
            checkpoint_bytes: 256 << 20,
        }
    }

    /// A reader's session in a tutorial: seconds for each cell.
    pub fn tutorial() -> Self {
        Self {
            fuel: 100_000_000_000,
            deadline_ms: 30_000,
            input_idle_ms: 15 * 60_000,
            grace_ms: 1_000,
            memory_bytes: 256 << 20,
            output_bytes: 1 << 20,
            output_lines: 5_000,
            host_bytes: 4 << 20,
            open_files: 64,
            files: 10_000,
            checkpoint_bytes: 64 << 20,
        }
    }

    /// One test of a submission: nobody is there to answer.
    pub fn grading() -> Self {
        Self {
            fuel: 50_000_000_000,
            deadline_ms: 10_000,
            input_idle_ms: 1_000,
            grace_ms: 500,
            memory_bytes: 256 << 20,
            output_bytes: 256 << 10,
            output_lines: 50_000,
            host_bytes: 4 << 20,
            open_files: 64,
            files: 1_000,
            checkpoint_bytes: 0,
        }
    }
}
