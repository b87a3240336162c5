//! The state of a session at rest, kept so that a call that has to be stopped for good takes nothing with it.
//!
//! At rest a session is its linear memory. A [`Checkpoint`] is what of it differs from the image, in lines of 64 bytes: plain data that
//! any fresh instance of the same image turns into that session again. It is taken after a call, while nobody waits; which pages may
//! differ is asked of the kernel ([`pages`]), and whether they do, of an instance in which nothing ever ran ([`pristine`]).

mod contents;
mod footprint;
mod pages;
mod pristine;
mod rest;

use std::ops::Range;
use std::sync::Arc;

use wasmtime::{Memory, Store};

use crate::state::State;
pub(crate) use contents::Contents;
pub(crate) use footprint::Footprint;
pub(crate) use pages::PageMap;
pub(crate) use pristine::Pristine;
pub(crate) use rest::Rest;

/// The unit in which memory is looked at: the least that the kernel tells apart.
pub(crate) const PAGE_BYTES: usize = 4096;

/// The unit that is kept. Most of what a small cell changes are words here and there; keeping whole pages would double what a
/// session weighs.
pub(crate) const LINE_BYTES: usize = 64;

const PAGE_LINES: usize = PAGE_BYTES / LINE_BYTES;

/// After so much, other tasks get their turn. A small session takes none: that would cost as much as looking at it.
const TURN_BYTES: usize = 1 << 20;

/// The lines of so many bytes, of pages that changed together, share a buffer: most pages have a line or two, for which a buffer each would cost more than
/// gathering them. What stays of a page keeps no more than that of pages that have changed since.
const GROUP_BYTES: usize = 1 << 10;

/// Whole pages beyond the image are compared with this.
pub(crate) static ZEROS: [u8; PAGE_BYTES] = [0; PAGE_BYTES];

/// A session's memory at rest, as its difference from the image. Cheap to clone: what two checkpoints of one session have in common
/// exists once.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The size of linear memory.
    memory_bytes: usize,
    /// The pages that differ, in ascending order.
    pages: Arc<[Page]>,
    /// What it weighs.
    bytes: usize,
}

/// A page that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// Which page of the memory.
    pub(crate) index: u32,
    /// Which of its lines differ: bit n stands for line n.
    pub(crate) mask: u64,
    /// The contents of those lines, one after the other.
    pub(crate) lines: Contents,
}

impl Page {
    /// What it weighs: itself, its lines, and what counts their owners.
    fn bytes(&self) -> usize {
        size_of::<Self>() + Contents::OVERHEAD_BYTES + self.lines.len()
    }

    /// Writes its lines over the page as the image has it.
    fn write(&self, memory: &mut [u8]) {
        let start = self.index as usize * PAGE_BYTES;
        let target = &mut memory[start..start + PAGE_BYTES];
        if self.lines.len() == PAGE_BYTES {
            target.copy_from_slice(&self.lines);
            return;
        }
        let (target, _) = target.as_chunks_mut::<LINE_BYTES>();
        let (lines, _) = self.lines.as_chunks::<LINE_BYTES>();
        for (number, line) in numbers(self.mask).zip(lines) {
            target[number] = *line;
        }
    }

    /// Makes the page, whatever is in it, what it was; `then` is as the image has it. Only what differs is written: most does not, and what is only
    /// read is not in the processor's way afterwards.
    fn write_over(&self, target: &mut [u8], then: &[u8]) {
        for (range, source) in self.runs(then) {
            let target = &mut target[range];
            if *target != *source {
                target.copy_from_slice(source);
            }
        }
    }

    /// Whether `now` is what the page was; `then` is as the image has it.
    fn matches(&self, now: &[u8], then: &[u8]) -> bool {
        self.runs(then).all(|(range, source)| now[range] == *source)
    }

    /// What the page was, in runs of lines that are its own or the image's: where they lie in it, and their contents.
    fn runs<'a>(&'a self, then: &'a [u8]) -> impl Iterator<Item = (Range<usize>, &'a [u8])> {
        let mut rest = &*self.lines;
        let mut line = 0;
        std::iter::from_fn(move || {
            if line == PAGE_LINES {
                return None;
            }
            let mask = self.mask >> line;
            let is_own = mask & 1 != 0;
            let run = if is_own { !mask } else { mask }.trailing_zeros() as usize;
            let end = PAGE_LINES.min(line + run);
            let range = line * LINE_BYTES..end * LINE_BYTES;
            line = end;
            let own = is_own.then(|| rest.split_off(..range.len())).flatten();
            Some((range.clone(), own.unwrap_or(&then[range])))
        })
    }
}

impl Checkpoint {
    /// Takes a checkpoint of a session at rest, of its memory `from` a byte on: what comes before is an empty stack. `None` if it would
    /// weigh more than `most_bytes`. Pages that are as they were in `old` are shared with it.
    ///
    /// Other tasks get their turn after every few mebibytes that may differ.
    pub(crate) async fn take(
        store: &mut Store<State>,
        memory: Memory,
        from: usize,
        pristine: &Pristine,
        map: &PageMap,
        most_bytes: usize,
        old: Option<Self>,
    ) -> Option<Self> {
        let old = old.unwrap_or_default();
        let mut taken = Pages::beside(&old);
        let mut from = from / PAGE_BYTES * PAGE_BYTES;
        let mut looked_at = 0;
        loop {
            let (now, state) = memory.data_and_store_mut(&mut *store);
            let (seen, end) = state.footprint.next(now, from, pristine, map);
            for range in seen {
                looked_at += range.len();
                taken.add(range.clone(), now, pristine.data());
            }
            // Whatever is still to come.
            if taken.bytes > most_bytes {
                return None;
            }
            from = end;
            if from >= now.len() {
                break;
            }
            if looked_at >= TURN_BYTES {
                looked_at = 0;
                tokio::task::yield_now().await;
            }
        }
        let taken = Self::of(memory.data_size(&*store), taken.finish());
        (taken.bytes <= most_bytes).then_some(taken)
    }

    /// The checkpoint of a memory of `memory_bytes` with these pages, in ascending order, that differ.
    pub(crate) fn of(memory_bytes: usize, pages: Vec<Page>) -> Self {
        Self {
            memory_bytes,
            bytes: size_of::<Self>() + pages.iter().map(Page::bytes).sum::<usize>(),
            pages: pages.into(),
        }
    }

    /// The checkpoint of an instance as it was made.
    pub(crate) fn of_image(pristine: &Pristine) -> Self {
        Self::of(pristine.data().len(), Vec::new())
    }

    /// Whether both are the same one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.pages, &other.pages) && self.memory_bytes == other.memory_bytes
    }

    /// What it weighs, in bytes, if it shares nothing.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What of it `other` does not have, in bytes.
    pub(crate) fn bytes_beyond(&self, other: &Self) -> usize {
        let mut others = other.pages.iter().peekable();
        let mut bytes = size_of::<Self>();
        for page in self.pages.iter() {
            while others.next_if(|other| other.index < page.index).is_some() {}
            let is_shared = others
                .peek()
                .is_some_and(|other| other.lines.is(&page.lines));
            bytes += if is_shared {
                size_of::<Page>()
            } else {
                page.bytes()
            };
        }
        bytes
    }

    /// The size of the memory that it is of.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// The pages that differ, in ascending order.
    pub(crate) fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// Writes it over the memory of a fresh instance that has grown to [`Checkpoint::memory_bytes`].
    pub(crate) fn write(&self, memory: &mut [u8]) {
        for run in self
            .pages
            .chunk_by(|page, next| page.index + 1 == next.index)
        {
            let start = run[0].index as usize * PAGE_BYTES;
            pages::populate(&mut memory[start..start + run.len() * PAGE_BYTES]);
        }
        for page in self.pages.iter() {
            page.write(memory);
        }
    }

    /// Makes the memory of an instance at rest what it was when this was taken, in place: what was written since, and all that differs, is
    /// written again. False if that may be more than `most_bytes`, or, and then nothing is done, if the memory has another size by now.
    pub(crate) fn write_back(
        &self,
        memory: &mut [u8],
        from: usize,
        footprint: &mut Footprint,
        pristine: &Pristine,
        map: &PageMap,
        most_bytes: usize,
    ) -> bool {
        if memory.len() != self.memory_bytes {
            return false;
        }
        let mut pages = self.pages.iter().peekable();
        let mut from = from / PAGE_BYTES * PAGE_BYTES;
        let mut room = most_bytes;
        while from < memory.len() {
            let (seen, end) = footprint.next(memory, from, pristine, map);
            let written = seen.iter().map(Range::len).sum();
            let Some(less) = room.checked_sub(written) else {
                return false;
            };
            room = less;
            for start in seen
                .iter()
                .flat_map(|range| range.clone().step_by(PAGE_BYTES))
            {
                let index = u32::try_from(start / PAGE_BYTES).unwrap_or(u32::MAX);
                // It was not written here: this is another instance than the one that it was taken of.
                while let Some(page) = pages.next_if(|page| page.index < index) {
                    page.write(memory);
                }
                let end = start + PAGE_BYTES;
                let then = pristine.data().get(start..end).unwrap_or(&ZEROS);
                let target = &mut memory[start..end];
                match pages.next_if(|page| page.index == index) {
                    Some(page) => page.write_over(target, then),
                    None if target != then => target.copy_from_slice(then),
                    None => {}
                }
            }
            from = end;
        }
        pages.for_each(|page| page.write(memory));
        true
    }
}

/// The numbers of the lines that `mask` stands for, in ascending order.
pub(crate) fn numbers(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let number = mask.trailing_zeros() as usize;
        // Without its lowest bit.
        mask &= mask.checked_sub(1)?;
        Some(number)
    })
}

/// The pages of a checkpoint that is being taken.
struct Pages<'a> {
    pages: Vec<Page>,
    bytes: usize,
    /// Those of the checkpoint before it that may be met still.
    old: std::iter::Peekable<std::slice::Iter<'a, Page>>,
    /// The lines of the last pages that are not as they were.
    group: Vec<u8>,
    /// Whose they are: which of `pages`, and where its lines lie.
    grouped: Vec<(usize, Range<usize>)>,
    /// What these have until their group is complete.
    nothing: Contents,
}

impl<'a> Pages<'a> {
    fn beside(old: &'a Checkpoint) -> Self {
        Self {
            pages: Vec::with_capacity(old.pages.len()),
            bytes: size_of::<Checkpoint>(),
            old: old.pages.iter().peekable(),
            group: Vec::new(),
            grouped: Vec::new(),
            nothing: Contents::default(),
        }
    }

    /// Adds what differs in the pages of `range`.
    fn add(&mut self, range: Range<usize>, now: &[u8], pristine: &[u8]) {
        for start in range.step_by(PAGE_BYTES) {
            let end = start + PAGE_BYTES;
            let index = u32::try_from(start / PAGE_BYTES).unwrap_or(u32::MAX);
            let now = &now[start..end];
            let then = pristine.get(start..end).unwrap_or(&ZEROS);
            while self.old.next_if(|old| old.index < index).is_some() {}
            let old = self.old.next_if(|old| old.index == index);
            // Most pages are as they were, then or in the image, which is seen much faster of many lines together than of each.
            if let Some(old) = old.filter(|old| old.matches(now, then)) {
                self.bytes += old.bytes();
                self.pages.push(old.clone());
            } else if now != then {
                self.add_lines(index, now, then);
            }
        }
    }

    /// Adds the lines in which a page differs.
    fn add_lines(&mut self, index: u32, now: &[u8], then: &[u8]) {
        let start = self.group.len();
        let mask = gather(&mut self.group, now, then);
        let mut own = start..self.group.len();
        if self.group.len() > GROUP_BYTES && start > 0 {
            let lines = self.group.split_off(start);
            self.complete();
            own = 0..lines.len();
            self.group = lines;
        }
        self.grouped.push((self.pages.len(), own));
        let lines = self.nothing.clone();
        self.pages.push(Page { index, mask, lines });
    }

    /// Gives the pages of the group their lines.
    fn complete(&mut self) {
        let mut group = std::mem::take(&mut self.group);
        group.shrink_to_fit();
        let group = Arc::new(group);
        for (place, range) in self.grouped.drain(..) {
            let page = &mut self.pages[place];
            page.lines = Contents::stretch(&group, range).expect("its lines are in the group");
            self.bytes += page.bytes();
        }
    }

    /// All of them.
    fn finish(mut self) -> Vec<Page> {
        self.complete();
        self.pages
    }
}

/// Gathers the lines of `now` that are not those of `then`, and says which they are.
fn gather(lines: &mut Vec<u8>, now: &[u8], then: &[u8]) -> u64 {
    let (now, _) = now.as_chunks::<LINE_BYTES>();
    let (then, _) = then.as_chunks::<LINE_BYTES>();
    let mut mask = 0;
    for (number, (now, then)) in now.iter().zip(then).enumerate() {
        if differ(now, then) {
            mask |= 1 << number;
            lines.extend_from_slice(now);
        }
    }
    mask
}

/// Whether two lines differ, without a call: there are thousands of them.
fn differ(one: &[u8; LINE_BYTES], other: &[u8; LINE_BYTES]) -> bool {
    let ((one, _), (other, _)) = (one.as_chunks(), other.as_chunks());
    let words = one.iter().zip(other);
    let all = words.map(|(one, other)| u64::from_ne_bytes(*one) ^ u64::from_ne_bytes(*other));
    all.fold(0, |some, word| some | word) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pristine: &[u8], now: &[u8], old: &Checkpoint) -> Checkpoint {
        let mut pages = Pages::beside(old);
        pages.add(0..now.len(), now, pristine);
        pages.complete();
        let bytes = pages.bytes;
        let taken = Checkpoint::of(now.len(), pages.finish());
        assert_eq!(taken.bytes(), bytes);
        taken
    }

    #[track_caller]
    fn check(pristine: &[u8], now: &[u8], lines: usize) {
        let taken = taken(pristine, now, &Checkpoint::default());
        let kept = taken.pages().iter().map(|page| page.lines.len());
        assert_eq!(kept.sum::<usize>(), lines * LINE_BYTES);
        let mut fresh = pristine.to_vec();
        fresh.resize(now.len(), 0);
        taken.write(&mut fresh);
        assert_eq!(fresh, now);

        // The same over whatever has become of it.
        let mut other = vec![3; now.len()];
        let mut pages = taken.pages().iter().peekable();
        for (index, target) in other.chunks_mut(PAGE_BYTES).enumerate() {
            let then = pristine.get(index * PAGE_BYTES..(index + 1) * PAGE_BYTES);
            let then = then.unwrap_or(&ZEROS);
            match pages.next_if(|page| page.index as usize == index) {
                Some(page) => page.write_over(target, then),
                None => target.copy_from_slice(then),
            }
        }
        assert_eq!(other, now);
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

    #[test]
    fn what_stays_is_shared() {
        let pristine = vec![7; 64 * PAGE_BYTES];
        let mut now = vec![8; 64 * PAGE_BYTES];
        let first = taken(&pristine, &now, &Checkpoint::default());
        let again = taken(&pristine, &now, &first);
        assert_eq!(again, first);
        let alone = first.bytes();
        assert!(again.bytes_beyond(&first) < alone / 64);
        now[5 * PAGE_BYTES] = 9;
        now[9 * PAGE_BYTES..10 * PAGE_BYTES].fill(7);
        let changed = taken(&pristine, &now, &first);
        assert_eq!(changed.pages().len(), 63);
        let beyond = changed.bytes_beyond(&first);
        assert!((PAGE_BYTES..2 * PAGE_BYTES + 63 * size_of::<Page>()).contains(&beyond));
        assert_eq!(first.bytes_beyond(&Checkpoint::default()), alone);
    }
}
