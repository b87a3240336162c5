//! What one part of a written snapshot says: how a state differs from the one before it, or, in the first part, from the image.
//!
//! First the description (postcard), then of each page that differs its distance from the one before and which of its lines differ, then those
//! lines, as their difference (exclusive or): most of a changed line is as it was, and zeros weigh nothing. Of a small part, which is what most
//! are, first come the first bytes of all words, then the second bytes, and so on: what words have in common, as addresses do, stands side
//! by side, and the whole is a quarter smaller.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Snapshot, SnapshotError};
use crate::checkpoint::{Checkpoint, LINE_BYTES, PAGE_BYTES, Page, ZEROS, numbers};
use crate::clock::{Clocks, Reading};
use crate::files::{Known, Used};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::state::Aside;

/// The guest's word: an address, a reference count.
const WORD_BYTES: usize = 4;

/// Up to how many bytes of lines are spread: with more, whoever waits for them would wait twice as long.
const SPREAD_BYTES: usize = 256 << 10;

const LINE_WORDS: usize = LINE_BYTES / WORD_BYTES;

/// Linear memory comes in pages of its own.
const WASM_PAGE_BYTES: u64 = 64 << 10;

/// All but the pages.
#[derive(Serialize, Deserialize)]
struct Description<'a> {
    /// In the first part only: it stays the same.
    policy: Option<Cow<'a, Policy>>,
    limits: Cow<'a, Limits>,
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
        mut lines,
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
    if lines.len() <= SPREAD_BYTES {
        spread(&lines, &mut plain);
    } else {
        plain.append(&mut lines);
    }
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
                Arc::ptr_eq(&before.lines, &after.lines) && before.mask == after.mask
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
    let (masks, planes) = masks.ok_or(malformed("its pages"))?;
    if !planes.len().is_multiple_of(LINE_BYTES) {
        return Err(malformed("its lines"));
    }
    let gathered = (planes.len() <= SPREAD_BYTES).then(|| gather(planes));
    let (mut rest, _) = gathered.as_deref().unwrap_or(planes).as_chunks();
    let (steps, masks) = (steps.as_chunks().0, masks.as_chunks().0);
    let mut old = old.iter().peekable();
    let mut pages = Vec::with_capacity(count);
    let mut index = 0_u32;
    for (number, (step, mask)) in steps.iter().zip(masks).enumerate() {
        let (step, mask) = (u32::from_le_bytes(*step), u64::from_le_bytes(*mask));
        let next = index.checked_add(step);
        index = next.ok_or(malformed("its pages"))?;
        let is_inside = (u64::from(index) + 1) * PAGE_BYTES as u64 <= memory_bytes as u64;
        if !is_inside || mask == 0 || step == 0 && number > 0 {
            return Err(malformed("its pages"));
        }
        let lines = rest.split_off(..mask.count_ones() as usize);
        let lines = lines.ok_or(malformed("its lines"))?;
        while let Some(page) = old.next_if(|page| page.index < index) {
            pages.push(page.clone());
        }
        let before = old.next_if(|page| page.index == index);
        pages.extend(changed(index, before, mask, lines, pristine));
    }
    if !rest.is_empty() {
        return Err(malformed("it is too long"));
    }
    pages.extend(old.cloned());
    Ok(pages)
}

/// The page that was `old` and differs from that in these lines; `None` if it is the image's now.
fn changed(
    index: u32,
    old: Option<&Page>,
    differing: u64,
    lines: &[[u8; LINE_BYTES]],
    pristine: &[u8],
) -> Option<Page> {
    let then = image_page(index, pristine);
    let mut old = Lines::of(old);
    let mut lines = lines.iter();
    let mut page = Page {
        index,
        mask: 0,
        lines: Arc::from([]),
    };
    let mut kept = Vec::with_capacity(PAGE_BYTES);
    for number in numbers(old.mask | differing) {
        let mut line = *old.take(number).unwrap_or(&then[number]);
        if differing >> number & 1 != 0 {
            let difference = lines.next()?;
            line.iter_mut()
                .zip(difference)
                .for_each(|(byte, other)| *byte ^= other);
        }
        if line != then[number] {
            page.mask |= 1 << number;
            kept.extend_from_slice(&line);
        }
    }
    page.lines = kept.into();
    (page.mask != 0).then_some(page)
}

/// Appends the first bytes of all words of `lines`, then the second bytes, and so on.
fn spread(lines: &[u8], to: &mut Vec<u8>) {
    let start = to.len();
    to.resize(start + lines.len(), 0);
    let plane_bytes = lines.len() / WORD_BYTES;
    let (lines, _) = lines.as_chunks::<LINE_BYTES>();
    for (number, line) in lines.iter().enumerate() {
        for plane in 0..WORD_BYTES {
            let bytes: [u8; LINE_WORDS] =
                std::array::from_fn(|word| line[WORD_BYTES * word + plane]);
            let at = start + plane * plane_bytes + number * LINE_WORDS;
            to[at..at + LINE_WORDS].copy_from_slice(&bytes);
        }
    }
}

/// The lines that were [`spread`].
fn gather(planes: &[u8]) -> Vec<u8> {
    let plane_bytes = planes.len() / LINE_BYTES * LINE_WORDS;
    let mut lines = vec![0; plane_bytes * WORD_BYTES];
    let (targets, _) = lines.as_chunks_mut::<LINE_BYTES>();
    for (number, line) in targets.iter_mut().enumerate() {
        for plane in 0..WORD_BYTES {
            let at = plane * plane_bytes + number * LINE_WORDS;
            let bytes = &planes[at..at + LINE_WORDS];
            for (word, byte) in bytes.iter().enumerate() {
                line[WORD_BYTES * word + plane] = *byte;
            }
        }
    }
    lines
}
