//! What an instance has written to, remembered for as long as nothing can have been added to it.
//!
//! Asking the kernel costs a look at each page that is mapped, written or not: several times what comparing those costs that were written. But a page
//! of the image can only be written for the first time by a page fault (it is copied then), and the kernel counts a process's faults
//! (getrusage(2), `ru_minflt` and `ru_majflt`). As long as there was none, the answer is the one from before.
//!
//! It holds beyond a session, too: an instance that goes on to the next one (`spare.rs`) keeps the pages that were written.
//!
//! Outside the image's extent memory is anonymous: there the kernel may back many pages by one huge page, in its own time, and no fault tells. So
//! there it is asked each time.

use std::ops::Range;

use nix::sys::resource::{UsageWho, getrusage};

use super::pages::PAGES;
use super::{PAGE_BYTES, PageMap, Pristine};

/// The pages that one instance may have written.
#[derive(Debug, Default)]
pub(crate) struct Footprint {
    /// Those in the image's extent, in bytes of the memory, in ascending order.
    written: Vec<Range<usize>>,
    /// How many faults the process had had before it was asked for them.
    faults: Option<u64>,
    /// The stretch that was looked at last.
    seen: Vec<Range<usize>>,
}

impl Footprint {
    /// The pages of `memory` that may differ from what it began as, from byte `from` on, a multiple of the page size, as far as one look goes; and
    /// the byte before which all was looked at.
    pub(crate) fn next(
        &mut self,
        memory: &[u8],
        from: usize,
        pristine: &Pristine,
        map: &PageMap,
    ) -> (&[Range<usize>], usize) {
        let extent = pristine.extent();
        self.seen.clear();
        if !extent.contains(&from) {
            let until = if from < extent.start {
                extent.start
            } else {
                memory.len()
            };
            let end = ask(&mut self.seen, &memory[..until], from, map);
            return (&self.seen, end);
        }
        self.refresh(&memory[..extent.end], extent.start, map);
        let mut room = PAGES * PAGE_BYTES;
        let written = &self.written;
        let first = written.partition_point(|range| range.end <= from);
        for range in &written[first..] {
            let start = range.start.max(from);
            let end = range.end.min(start + room);
            self.seen.push(start..end);
            room -= end - start;
            if room == 0 {
                return (&self.seen, end);
            }
        }
        (&self.seen, extent.end)
    }

    /// Asks for the pages in the image's extent, which is the end of `memory`, if there may be others than before.
    fn refresh(&mut self, memory: &[u8], start: usize, map: &PageMap) {
        // Counted first: what is written meanwhile counts for the next time.
        let faults = faults();
        if faults.is_some() && faults == self.faults {
            return;
        }
        self.written.clear();
        let mut from = start;
        while from < memory.len() {
            from = ask(&mut self.written, memory, from, map);
        }
        self.faults = faults;
    }
}

/// Asks the kernel once.
fn ask(found: &mut Vec<Range<usize>>, memory: &[u8], from: usize, map: &PageMap) -> usize {
    let written = map.written(memory, from);
    found.extend(written.ranges());
    written.end()
}

/// How many page faults this process has had; `None` if it cannot be known.
fn faults() -> Option<u64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let all = usage
        .minor_page_faults()
        .checked_add(usage.major_page_faults())?;
    u64::try_from(all).ok()
}

#[cfg(test)]
mod tests {
    use wasmtime::{Config, Engine, Instance, InstanceAllocationStrategy, Module, Store};

    use super::*;

    /// Four mebibytes, with something in the second and third.
    const GUEST: &str = r#"(module
        (memory (export "memory") 64)
        (data (i32.const 1048576) "begins here")
        (data (i32.const 2097152) "goes on")
        (data (i32.const 3145720) "ends"))"#;

    /// Every page that was written is in it, whenever it is asked for.
    #[test]
    fn every_page_that_differs_is_in_it() {
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::pooling());
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, GUEST).unwrap();
        let pristine = Pristine::new(&engine, &module).unwrap();
        let extent = pristine.extent();
        assert_eq!(
            (extent.start, extent.end),
            (1 << 20, (2 << 20) + PAGE_BYTES)
        );
        for file in [crate::grants::page_map(), None] {
            let map = PageMap::new(file);
            let mut store = Store::new(&engine, ());
            let mut footprint = Footprint::default();
            let mut memory = None;
            let mut random = 7_usize;
            for round in 0..400 {
                // Often it is another instance, in the same slot.
                if round % 3 == 0 {
                    store = Store::new(&engine, ());
                    footprint = Footprint::default();
                    let instance = Instance::new(&mut store, &module, &[]).unwrap();
                    memory = instance.get_memory(&mut store, "memory");
                }
                let bytes = memory.unwrap().data_mut(&mut store);
                for _ in 0..round % 5 {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    // Some pages again and again, some once; at first those that lie together.
                    let span = bytes.len() >> (7 - round / 50);
                    let at = (1 << 20) + (random >> 33) % span;
                    bytes[at % (4 << 20)] ^= 1;
                }
                let (mut from, mut all) = (0, Vec::new());
                while from < bytes.len() {
                    let (seen, end) = footprint.next(bytes, from, &pristine, &map);
                    all.extend_from_slice(seen);
                    assert!(end > from);
                    from = end;
                }
                assert!(all.is_sorted_by(|one, next| one.end <= next.start));
                for (index, page) in bytes.chunks(PAGE_BYTES).enumerate() {
                    let start = index * PAGE_BYTES;
                    let differs = page != &pristine.data()[start..start + PAGE_BYTES];
                    let is_in_it = all.iter().any(|range| range.contains(&start));
                    assert!(is_in_it || !differs, "page {index} in round {round}");
                }
            }
        }
    }
}
