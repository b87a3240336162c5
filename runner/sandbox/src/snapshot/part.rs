//! What one part of a written snapshot says: how a state differs from the one before it, or, in the first part, from the image.
//!
//! First the description (postcard), then of each page that differs its distance from the one before and which of its lines differ, then those
//! lines, as their difference (exclusive or; `lines.rs`): most of a changed line is as it was, and zeros weigh nothing.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Snapshot, SnapshotError, lines};
use crate::checkpoint::{Checkpoint, Contents, LINE_BYTES, PAGE_BYTES, Page, ZEROS, numbers};
use crate::clock::{Clocks, Reading};
use crate::files::{Known, Used};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::state::Aside;

/// Linear memory comes in pages of its own.
const WASM_PAGE_BYTES: u64 = 64 << 10;

/// All but the pages.
#[derive(Serialize, Deserialize)]
struct Description<'a> {
    /// In the first part only: it stays the same.
    policy: Option<Cow<'a, Policy>>,
    limits: Cow<'a, Limits>,
    reseed: bool,
    clocks: Reading,
    drawn: u128,
    known: Cow<'a, Known>,
    unread: Cow<'a, [u8]>,
    used: Cow<'a, [Used]>,
    memory_bytes: u64,
    pages: u32,
}

/// The part that makes `now` of `before`.
pub(super) fn write(
    now: &Snapshot,
    before: Option<&Snapshot>,
    pristine: &[u8],
) -> Result<Vec<u8>, postcard::Error> {
    let mut differing = Differing::default();
    let old = before.map_or(&[][..], |before| before.checkpoint.pages());
    differing.compare(old, now.checkpoint.pages(), pristine);
    let Aside {
        clocks,
        drawn,
        known,
        unread,
        used,
    } = &now.aside;
    let description = Description {
        policy: before.is_none().then(|| Cow::Borrowed(&*now.policy)),
        limits: Cow::Borrowed(&now.limits),
        reseed: now.reseed,
        clocks: clocks.reading(),
        drawn: *drawn,
        known: Cow::Borrowed(known),
        unread: Cow::Borrowed(unread),
        used: Cow::Borrowed(used),
        memory_bytes: now.memory_bytes() as u64,
        pages: u32::try_from(differing.masks.len()).unwrap_or(u32::MAX),
    };
    let Differing {
        indices,
        masks,
        lines,
    } = differing;
    let tables = masks.len() * (size_of::<u32>() + size_of::<u64>());
    let mut plain =
        postcard::to_extend(&description, Vec::with_capacity(512 + tables + lines.len()))?;
    let mut last = 0;
    for index in indices {
        plain.extend_from_slice(&(index - last).to_le_bytes());
        last = index;
    }
    for mask in masks {
        plain.extend_from_slice(&mask.to_le_bytes());
    }
    lines::write(&lines, &mut plain);
    Ok(plain)
}

/// Where two states differ.
#[derive(Default)]
struct Differing {
    indices: Vec<u32>,
    masks: Vec<u64>,
    lines: Vec<u8>,
}

impl Differing {
    fn compare(&mut self, old: &[Page], new: &[Page], pristine: &[u8]) {
        let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
        loop {
            let next = match (old.peek(), new.peek()) {
                (None, None) => return,
                (Some(page), None) | (None, Some(page)) => page.index,
                (Some(old), Some(new)) => old.index.min(new.index),
            };
            let before = old.next_if(|page| page.index == next);
            let after = new.next_if(|page| page.index == next);
            let is_shared = before.zip(after).is_some_and(|(before, after)| {
                before.lines.is(&after.lines) && before.mask == after.mask
            });
            if !is_shared {
                self.page(next, before, after, pristine);
            }
        }
    }

    fn page(&mut self, index: u32, old: Option<&Page>, new: Option<&Page>, pristine: &[u8]) {
        let then = image_page(index, pristine);
        let (mut old, mut new) = (Lines::of(old), Lines::of(new));
        let mut differing = 0;
        for number in numbers(old.mask | new.mask) {
            let before = old.take(number).unwrap_or(&then[number]);
            let after = new.take(number).unwrap_or(&then[number]);
            if before != after {
                differing |= 1 << number;
                let line: [u8; LINE_BYTES] = std::array::from_fn(|at| before[at] ^ after[at]);
                self.lines.extend_from_slice(&line);
            }
        }
        if differing != 0 {
            self.indices.push(index);
            self.masks.push(differing);
        }
    }
}

/// The lines of a page that are not the image's, in ascending order.
struct Lines<'a> {
    mask: u64,
    rest: &'a [[u8; LINE_BYTES]],
}

impl<'a> Lines<'a> {
    fn of(page: Option<&'a Page>) -> Self {
        let (mask, lines) = page.map_or((0, &[][..]), |page| (page.mask, &*page.lines));
        Self {
            mask,
            rest: lines.as_chunks().0,
        }
    }

    /// Line `number`, which is greater than any that was asked for, if it is there.
    fn take(&mut self, number: usize) -> Option<&'a [u8; LINE_BYTES]> {
        if self.mask >> number & 1 == 0 {
            return None;
        }
        self.rest.split_off_first()
    }
}

/// The lines of a page as the image has it.
fn image_page(index: u32, pristine: &[u8]) -> &[[u8; LINE_BYTES]] {
    let start = index as usize * PAGE_BYTES;
    let page = pristine.get(start..start + PAGE_BYTES).unwrap_or(&ZEROS);
    page.as_chunks().0
}

/// Reads a part: the state that it makes of `before`. `image` and `most_bytes`, of memory, are the engine's.
pub(super) fn read(
    plain: &[u8],
    before: Option<Snapshot>,
    pristine: &[u8],
    image: [u8; 32],
    most_bytes: usize,
) -> Result<Snapshot, SnapshotError> {
    let malformed = |what| SnapshotError::Malformed { what };
    let (description, rest) = postcard::take_from_bytes::<Description<'_>>(plain)
        .map_err(|_| malformed("its description"))?;
    let least = before
        .as_ref()
        .map_or(pristine.len(), Snapshot::memory_bytes);
    if !description.memory_bytes.is_multiple_of(WASM_PAGE_BYTES)
        || description.memory_bytes < least as u64
    {
        return Err(malformed("its memory"));
    }
    let bytes = usize::try_from(description.memory_bytes).unwrap_or(usize::MAX);
    if bytes > most_bytes {
        return Err(SnapshotError::Memory {
            bytes,
            most: most_bytes,
        });
    }
    let (policy, old) = match (description.policy, before) {
        (Some(policy), None) => (Arc::new(policy.into_owned()), Checkpoint::default()),
        (None, Some(before)) => (before.policy, before.checkpoint),
        _ => return Err(malformed("its grants")),
    };
    let pages = pages(rest, description.pages, bytes, old.pages(), pristine)?;
    Ok(Snapshot {
        checkpoint: Checkpoint::of(bytes, pages),
        aside: Aside {
            clocks: Clocks::go_on(policy.clock, description.clocks),
            drawn: description.drawn,
            known: description.known.into_owned().elsewhere(),
            unread: description.unread.into_owned(),
            used: description.used.into_owned(),
        },
        policy,
        limits: description.limits.into_owned(),
        reseed: description.reseed,
        image,
    })
}

/// The pages of a memory of `memory_bytes` that was `old`, and differs from that as `tables` says in `count` pages.
fn pages(
    tables: &[u8],
    count: u32,
    memory_bytes: usize,
    old: &[Page],
    pristine: &[u8],
) -> Result<Vec<Page>, SnapshotError> {
    let malformed = |what| SnapshotError::Malformed { what };
    let count = count as usize;
    let steps = tables.split_at_checked(count.saturating_mul(size_of::<u32>()));
    let (steps, rest) = steps.ok_or(malformed("its pages"))?;
    let masks = rest.split_at_checked(count.saturating_mul(size_of::<u64>()));
    let (masks, written) = masks.ok_or(malformed("its pages"))?;
    let (steps, masks) = (steps.as_chunks().0, masks.as_chunks().0);
    let differing = |mask: &[u8; 8]| u64::from_le_bytes(*mask).count_ones() as usize;
    let differing = masks.iter().map(differing).sum();
    let mut lines = lines::read(written, differing).ok_or(malformed("its lines"))?;
    let mut found = Vec::with_capacity(count);
    let mut index = 0_u32;
    let mut end = 0;
    for (number, (step, mask)) in steps.iter().zip(masks).enumerate() {
        let (step, mask) = (u32::from_le_bytes(*step), u64::from_le_bytes(*mask));
        let next = index.checked_add(step);
        index = next.ok_or(malformed("its pages"))?;
        let is_inside = (u64::from(index) + 1) * PAGE_BYTES as u64 <= memory_bytes as u64;
        if !is_inside || mask == 0 || step == 0 && number > 0 {
            return Err(malformed("its pages"));
        }
        let range = end..end + mask.count_ones() as usize * LINE_BYTES;
        end = range.end;
        // Nothing came before of most pages: their lines stay where they are.
        let lines = lines.get_mut(range.clone()).ok_or(malformed("its lines"))?;
        // Beyond the image, they are what they differ by.
        if (index as usize) * PAGE_BYTES < pristine.len() {
            fold(lines, mask, image_page(index, pristine));
        }
        found.push((index, mask, range));
    }
    let lines = Arc::new(lines);
    let mut old = old.iter().peekable();
    let mut pages = Vec::with_capacity(count);
    for (index, mask, range) in found {
        while let Some(page) = old.next_if(|page| page.index < index) {
            pages.push(page.clone());
        }
        let lines = Contents::stretch(&lines, range).ok_or(malformed("its lines"))?;
        let differing = Page { index, mask, lines };
        match old.next_if(|page| page.index == index) {
            None => pages.push(differing),
            Some(before) => pages.extend(changed(before, &differing, pristine)),
        }
    }
    pages.extend(old.cloned());
    Ok(pages)
}

/// Turns lines of a page into their difference from another's, or back.
fn fold(lines: &mut [u8], mask: u64, then: &[[u8; LINE_BYTES]]) {
    let (lines, _) = lines.as_chunks_mut::<LINE_BYTES>();
    for (line, number) in lines.iter_mut().zip(numbers(mask)) {
        for (byte, then) in line.iter_mut().zip(&then[number]) {
            *byte ^= then;
        }
    }
}

/// What a page is that was `old`, where lines differ from that as those of `differing` do from the image; `None` if it is the image's now.
fn changed(old: &Page, differing: &Page, pristine: &[u8]) -> Option<Page> {
    let index = old.index;
    let then = image_page(index, pristine);
    let (mut old, mut new) = (Lines::of(Some(old)), Lines::of(Some(differing)));
    let mut mask = 0;
    let mut lines = Vec::with_capacity(PAGE_BYTES);
    for number in numbers(old.mask | new.mask) {
        let then = &then[number];
        let before = old.take(number);
        let line = match (before, new.take(number)) {
            (Some(before), Some(other)) => {
                std::array::from_fn(|at| before[at] ^ other[at] ^ then[at])
            }
            (Some(line), None) | (None, Some(line)) => *line,
            (None, None) => continue,
        };
        if line != *then {
            mask |= 1 << number;
            lines.extend_from_slice(&line);
        }
    }
    let lines = lines.into();
    (mask != 0).then_some(Page { index, mask, lines })
}
