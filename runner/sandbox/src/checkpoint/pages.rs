//! Which pages of a memory were written since it was mapped from the image: the kernel knows.
//!
//! The ioctl `PAGEMAP_SCAN` (Linux 6.7; see `admin-guide/mm/pagemap.rst`) finds them in some ten microseconds. Without it, every page
//! counts as written, and finding out that most are not takes milliseconds.

use std::fs::File;
use std::ops::Range;

use rustix::ioctl::{Ioctl, IoctlOutput, Opcode, ioctl, opcode};
use rustix::mm::{Advice, madvise};

use super::PAGE_BYTES;

/// How many ranges are asked for at once. Protects the host's stack.
const RANGES: usize = 256;

/// How many written pages are reported at once: the time that comparing them takes is kept from other tasks.
pub(super) const PAGES: usize = 1024;

/// The process's page map.
#[derive(Debug)]
pub(crate) struct PageMap {
    file: Option<File>,
    /// The process whose map it is: a fork inherits the file, and would be told of its parent.
    process: u32,
}

/// The pages in a stretch of memory that may have been written.
pub(crate) struct Written {
    ranges: [Region; RANGES],
    count: usize,
    /// The address of the memory.
    base: usize,
    /// Up to which byte it was looked.
    end: usize,
}

impl PageMap {
    /// `file` is `/proc/self/pagemap`, if it could be opened.
    pub(crate) fn new(file: Option<File>) -> Self {
        let map = Self {
            file,
            process: std::process::id(),
        };
        let can_scan = map.ask(0, 0, &mut []).is_some();
        Self {
            file: map.file.filter(|_| can_scan),
            ..map
        }
    }

    /// The pages of `memory` that may differ from what was mapped there, from byte `from` on (a multiple of the page size). It may
    /// end before the memory does.
    pub(crate) fn written(&self, memory: &[u8], from: usize) -> Written {
        self.scan(memory, from)
            .unwrap_or_else(|| everything(memory, from))
    }

    fn scan(&self, memory: &[u8], from: usize) -> Option<Written> {
        let base = memory.as_ptr().addr();
        let mut ranges = [Region::default(); RANGES];
        let (count, end) = self.ask(base + from, base + memory.len(), &mut ranges)?;
        let end = usize::try_from(end).ok()?.checked_sub(base)?;
        (count <= RANGES && end > from).then_some(Written {
            ranges,
            count,
            base,
            end,
        })
    }

    /// Asks about the addresses from `start` to `end`.
    fn ask(&self, start: usize, end: usize, ranges: &mut [Region]) -> Option<(usize, u64)> {
        let file = self.file.as_ref()?;
        if std::process::id() != self.process {
            return None;
        }
        let scan = Scan(Arguments {
            size: size_of::<Arguments>() as u64,
            start: start as u64,
            end: end as u64,
            vec: ranges.as_mut_ptr().expose_provenance() as u64,
            vec_len: ranges.len() as u64,
            max_pages: PAGES as u64,
            // Neither the file's own page nor the page of zeros; a page that was swapped out was written.
            category_inverted: FILE | ZERO,
            category_mask: FILE | ZERO,
            category_anyof_mask: PRESENT | SWAPPED,
            ..Arguments::default()
        });
        #[expect(unsafe_code, reason = "no library offers this ioctl")]
        // SAFETY: the file is a page map (any other answers ENOTTY), and `Scan` is what `PAGEMAP_SCAN` takes: the kernel writes at
        // most `vec_len` regions to `vec`, both of `ranges`, and reads no other memory of ours; without a flag it changes no page.
        let answer = unsafe { ioctl(file, scan) };
        answer.ok()
    }
}

/// How many pages in a row are populated at once. What comes in shorter runs is left to be faulted in: a system call each, to save less than a
/// microsecond a page.
const MANY_PAGES: usize = 16;

/// Gives `memory`, whole pages of a mapping, pages of its own, as writing to each would, without a fault for each.
pub(super) fn populate(memory: &mut [u8]) {
    if memory.len() < MANY_PAGES * PAGE_BYTES {
        return;
    }
    let start = memory.as_mut_ptr().cast();
    #[expect(unsafe_code, reason = "advice on memory is given by its address")]
    // SAFETY: the range is that of a slice which is ours alone, and populating changes none of its bytes.
    let populated = unsafe { madvise(start, memory.len(), Advice::LinuxPopulateWrite) };
    if let Err(error) = populated {
        // It is written to anyway.
        tracing::debug!(%error, "memory could not be populated");
    }
}

/// For kernels that cannot tell.
fn everything(memory: &[u8], from: usize) -> Written {
    let base = memory.as_ptr().addr();
    let end = memory.len().min(from + PAGES * PAGE_BYTES);
    let mut ranges = [Region::default(); RANGES];
    ranges[0] = Region {
        start: (base + from) as u64,
        end: (base + end) as u64,
        categories: 0,
    };
    Written {
        ranges,
        count: 1,
        base,
        end,
    }
}

impl Written {
    /// The ranges, in ascending order, in bytes of the memory.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let offset = |address: u64| usize::try_from(address).unwrap_or(0) - self.base;
        self.ranges[..self.count]
            .iter()
            .map(move |region| offset(region.start)..offset(region.end))
    }

    /// The byte before which all was looked at.
    pub(crate) fn end(&self) -> usize {
        self.end
    }
}

/// Categories of pages, from `linux/fs.h`.
const FILE: u64 = 1 << 2;
const PRESENT: u64 = 1 << 3;
const SWAPPED: u64 = 1 << 4;
const ZERO: u64 = 1 << 5;

/// `struct page_region`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

/// `struct pm_scan_arg`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Arguments {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

struct Scan(Arguments);

#[expect(unsafe_code, reason = "no library offers this ioctl")]
// SAFETY: the opcode is that of `PAGEMAP_SCAN`, the pointer that of its argument, and the output is read from there.
unsafe impl Ioctl for Scan {
    /// How many regions were written, and the address at which the walk ended.
    type Output = (usize, u64);

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        opcode::read_write::<Arguments>(b'f', 16)
    }

    fn as_ptr(&mut self) -> *mut std::ffi::c_void {
        (&raw mut self.0).cast()
    }

    unsafe fn output_from_ptr(
        count: IoctlOutput,
        arguments: *mut std::ffi::c_void,
    ) -> rustix::io::Result<Self::Output> {
        let count = usize::try_from(count).map_err(|_| rustix::io::Errno::INVAL)?;
        // SAFETY: the pointer is the one that `as_ptr` gave.
        let end = unsafe { (*arguments.cast::<Arguments>()).walk_end };
        Ok((count, end))
    }
}
