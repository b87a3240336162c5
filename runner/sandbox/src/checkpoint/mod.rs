//! The state of a session at rest, kept so that a call that has to be stopped for good takes nothing with it.
//!
//! At rest a session is its linear memory. A [`Checkpoint`] is what of it differs from the image, in lines of 64 bytes: plain data that
//! any fresh instance of the same image turns into that session again. It is taken after a call, while nobody waits; which pages may
//! differ is asked of the kernel ([`pages`]), and whether they do, of an instance in which nothing ever ran ([`pristine`]).

mod pages;
mod pristine;
mod rest;

use wasmtime::{Memory, Store};

use crate::state::State;
pub(crate) use pages::PageMap;
pub(crate) use pristine::Pristine;
pub(crate) use rest::Rest;

/// The unit in which memory is looked at: the least that the kernel tells apart.
const PAGE_BYTES: usize = 4096;

/// The unit that is kept. Most of what a small cell changes are words here and there; keeping whole pages would double what a
/// session weighs.
const LINE_BYTES: usize = 64;

const PAGE_LINES: usize = PAGE_BYTES / LINE_BYTES;

/// Whole pages beyond the image are compared with this.
static ZEROS: [u8; PAGE_BYTES] = [0; PAGE_BYTES];

/// A session's memory at rest, as its difference from the image.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The size of linear memory.
    memory_bytes: usize,
    /// The pages that differ, in ascending order.
    pages: Vec<Page>,
    /// The contents of their lines that differ, one after the other.
    lines: Vec<u8>,
}

/// A page that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page {
    index: u32,
    /// Which of its lines differ: bit n stands for line n.
    lines: u64,
}

impl Checkpoint {
    /// Takes a checkpoint of a session at rest. `None` if it would weigh more than `most_bytes`. `old` gives its room to the new one.
    ///
    /// Other tasks get their turn after every few mebibytes.
    pub(crate) async fn take(
        store: &mut Store<State>,
        memory: Memory,
        pristine: &Pristine,
        map: &PageMap,
        most_bytes: usize,
        old: Option<Self>,
    ) -> Option<Self> {
        let mut taken = old.unwrap_or_default();
        taken.memory_bytes = memory.data_size(&*store);
        taken.pages.clear();
        taken.lines.clear();
        let mut from = 0;
        loop {
            let now = memory.data(&*store);
            let seen = map.written(now, from);
            for range in seen.ranges() {
                taken.add(range, now, pristine.data());
            }
            if taken.bytes() > most_bytes {
                return None;
            }
            from = seen.end();
            if from >= now.len() {
                break;
            }
            tokio::task::yield_now().await;
        }
        taken.pages.shrink_to_fit();
        taken.lines.shrink_to_fit();
        Some(taken)
    }

    /// What it weighs, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&self.pages[..]) + self.lines.len()
    }

    /// The size of the memory that it is of.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// Writes it over the memory of a fresh instance that has grown to [`Checkpoint::memory_bytes`].
    pub(crate) fn write(&self, memory: &mut [u8]) {
        let (mut lines, _) = self.lines.as_chunks::<LINE_BYTES>();
        for page in &self.pages {
            let start = page.index as usize * PAGE_BYTES;
            let (target, _) = memory[start..start + PAGE_BYTES].as_chunks_mut::<LINE_BYTES>();
            for (number, target) in target.iter_mut().enumerate() {
                if page.lines & 1 << number != 0
                    && let Some((line, rest)) = lines.split_first()
                {
                    *target = *line;
                    lines = rest;
                }
            }
        }
    }

    /// Adds what differs in the pages of `range`.
    fn add(&mut self, range: std::ops::Range<usize>, now: &[u8], pristine: &[u8]) {
        for start in range.step_by(PAGE_BYTES) {
            let end = start + PAGE_BYTES;
            let then = pristine.get(start..end).unwrap_or(&ZEROS);
            let (now, _) = now[start..end].as_chunks::<LINE_BYTES>();
            let (then, _) = then.as_chunks::<LINE_BYTES>();
            let mut lines = 0;
            for (number, (now, then)) in now.iter().zip(then).enumerate().take(PAGE_LINES) {
                if now != then {
                    lines |= 1 << number;
                    self.lines.extend_from_slice(now);
                }
            }
            if lines != 0 {
                let index = u32::try_from(start / PAGE_BYTES).unwrap_or(u32::MAX);
                self.pages.push(Page { index, lines });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pristine: &[u8], now: &[u8], lines: usize) {
        let mut taken = Checkpoint {
            memory_bytes: now.len(),
            ..Checkpoint::default()
        };
        taken.add(0..now.len(), now, pristine);
        assert_eq!(taken.lines.len(), lines * LINE_BYTES);
        let mut fresh = pristine.to_vec();
        fresh.resize(now.len(), 0);
        taken.write(&mut fresh);
        assert_eq!(fresh, now);
    }

    #[test]
    fn nothing_is_kept_of_what_is_the_same() {
        check(&[7; 3 * PAGE_BYTES], &[7; 3 * PAGE_BYTES], 0);
    }

    #[test]
    fn single_bytes_cost_a_line_each() {
        let pristine = [7; 3 * PAGE_BYTES];
        let mut now = pristine.to_vec();
        for at in [0, 63, PAGE_BYTES - 1, PAGE_BYTES, 3 * PAGE_BYTES - 1] {
            now[at] = 8;
        }
        check(&pristine, &now, 4);
    }

    #[test]
    fn growth_is_kept() {
        let mut now = vec![7; 2 * PAGE_BYTES];
        now.resize(6 * PAGE_BYTES, 0);
        check(&[7; 2 * PAGE_BYTES], &now, 0);
        now[5 * PAGE_BYTES..].fill(9);
        check(&[7; 2 * PAGE_BYTES], &now, PAGE_LINES);
    }
}
