//! Snapshots written down.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `CRQSNAP`, NUL |
//! | 2 | the version of this format |
//! | 32 | the image: the hash in its own name |
//! | 32 | the seal: HMAC-SHA-256 over all other bytes |
//! | 8 | the length of the rest when it is not compressed |
//! | the rest | compressed (zstd): the description (postcard), then of each page its distance from the one before and which of its lines differ, then those lines |
//!
//! Lines are stored as their difference (exclusive or) from the image's: most of a changed line is as it was, and zeros weigh nothing. Of
//! every 64 KiB of them, first come the first bytes of all words, then the second bytes, and so on: what words have in common, as addresses do,
//! stands side by side. A small session is a quarter smaller so, a list of numbers less than a fourth, and read in half the time.
//! Nothing is looked at before the seal is verified but what names the format and the image.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::key::SEAL_BYTES;
use super::{Snapshot, SnapshotError, SnapshotKey, same_image};
use crate::checkpoint::{Checkpoint, Contents, LINE_BYTES, PAGE_BYTES, Page, numbers};
use crate::clock::{Clocks, Reading};
use crate::engine::Engine;
use crate::error::Error;
use crate::files::{Known, Used};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::state::Aside;

const MAGIC: &[u8; 8] = b"CRQSNAP\0";

/// Changes whenever what is written does, [`Policy`] and [`Limits`] included.
const VERSION: u16 = 2;

/// Up to the seal.
const HEAD_BYTES: usize = 8 + 2 + 32;

/// The fastest of zstd's levels that shrinks much: the next ones gain a few percent.
const LEVEL: i32 = 1;

/// The guest's word: an address, a reference count.
const WORD_BYTES: usize = 4;

/// How many bytes of lines are spread together: few enough for the processor's nearer caches.
const SPREAD_BYTES: usize = 64 << 10;

/// Linear memory comes in pages of its own.
const WASM_PAGE_BYTES: u64 = 64 << 10;

/// All but the pages.
#[derive(Serialize, Deserialize)]
struct Description {
    policy: Policy,
    limits: Limits,
    reseed: bool,
    clocks: Reading,
    drawn: u128,
    known: Known,
    unread: Vec<u8>,
    used: Vec<Used>,
    memory_bytes: u64,
    pages: u32,
}

impl Snapshot {
    /// Writes the snapshot down, sealed with `key`. The same snapshot always gives the same bytes, but for a real clock's.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if `engine` has another image, or [`Error::Host`] if the host has no room.
    pub fn encode(&self, engine: &Engine, key: &SnapshotKey) -> Result<Vec<u8>, Error> {
        same_image(&self.image, engine)?;
        let failed = |reason: &str| Error::Host {
            reason: format!("a snapshot cannot be written down: {reason}"),
        };
        let pristine = engine.pristine().ok_or_else(|| failed("no memory"))?;
        let plain = self
            .plain(pristine.data())
            .map_err(|error| failed(&error.to_string()))?;
        let body = zstd::bulk::compress(&plain, LEVEL);
        let body = body.map_err(|error| failed(&error.to_string()))?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + SEAL_BYTES + 8 + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.image);
        let len = (plain.len() as u64).to_le_bytes();
        let seal = key.seal(&[&bytes, &len, &body]);
        bytes.extend_from_slice(&seal);
        bytes.extend_from_slice(&len);
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// Reads what [`Snapshot::encode`] wrote, in this process or another, on this machine or another with the same image.
    ///
    /// # Errors
    /// A [`SnapshotError`] that tells what is wrong with it.
    pub fn decode(bytes: &[u8], engine: &Engine, key: &SnapshotKey) -> Result<Self, SnapshotError> {
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(SnapshotError::NotASnapshot)?;
        let (version, rest) = rest
            .split_first_chunk()
            .ok_or(SnapshotError::NotASnapshot)?;
        let found = u16::from_le_bytes(*version);
        if found != VERSION {
            return Err(SnapshotError::Version {
                found,
                known: VERSION,
            });
        }
        let (image, rest) = rest.split_first_chunk().ok_or(SnapshotError::Seal)?;
        same_image(image, engine)?;
        let (seal, body) = rest
            .split_at_checked(SEAL_BYTES)
            .ok_or(SnapshotError::Seal)?;
        key.verify(&[&bytes[..HEAD_BYTES], body], seal)?;
        let (len, body) = body.split_first_chunk().ok_or(SnapshotError::Seal)?;
        // Every line with its share of the tables, and a description that came through a guest's memory.
        let most_bytes = engine.config().max_memory_bytes.saturating_mul(3);
        let plain = decompress(body, u64::from_le_bytes(*len), most_bytes)?;
        let pristine = engine
            .pristine()
            .ok_or(SnapshotError::Malformed { what: "no memory" })?;
        let snapshot = parse(&plain, pristine.data(), *image)?;
        snapshot.fits(engine)?;
        Ok(snapshot)
    }

    /// What is compressed.
    fn plain(&self, pristine: &[u8]) -> Result<Vec<u8>, postcard::Error> {
        let pages = self.checkpoint.pages();
        let Aside {
            clocks,
            drawn,
            known,
            unread,
            used,
        } = &self.aside;
        let description = Description {
            policy: Policy::clone(&self.policy),
            limits: self.limits.clone(),
            reseed: self.reseed,
            clocks: clocks.reading(),
            drawn: *drawn,
            known: known.clone(),
            unread: unread.clone(),
            used: used.clone(),
            memory_bytes: self.memory_bytes() as u64,
            pages: u32::try_from(pages.len()).unwrap_or(u32::MAX),
        };
        let mut plain = postcard::to_allocvec(&description)?;
        plain.reserve(self.bytes());
        let mut last = 0;
        for page in pages {
            plain.extend_from_slice(&(page.index - last).to_le_bytes());
            last = page.index;
        }
        for page in pages {
            plain.extend_from_slice(&page.mask.to_le_bytes());
        }
        let mut lines = Vec::with_capacity(self.bytes());
        for page in pages {
            let at = lines.len();
            lines.extend_from_slice(&page.lines);
            fold(&mut lines[at..], page.index, page.mask, pristine);
        }
        spread(&lines, &mut plain);
        Ok(plain)
    }
}

/// Turns lines of a page into their difference from the image's, or back.
fn fold(lines: &mut [u8], index: u32, mask: u64, pristine: &[u8]) {
    let start = index as usize * PAGE_BYTES;
    let Some(then) = pristine.get(start..start + PAGE_BYTES) else {
        return; // beyond the image, where there are zeros
    };
    let (then, _) = then.as_chunks::<LINE_BYTES>();
    let (lines, _) = lines.as_chunks_mut::<LINE_BYTES>();
    for (line, number) in lines.iter_mut().zip(numbers(mask)) {
        for (byte, then) in line.iter_mut().zip(&then[number]) {
            *byte ^= then;
        }
    }
}

/// Appends the first bytes of all words of `lines`, then the second bytes, and so on, of each [`SPREAD_BYTES`].
fn spread(lines: &[u8], to: &mut Vec<u8>) {
    let start = to.len();
    to.resize(start + lines.len(), 0);
    let targets = to[start..].chunks_mut(SPREAD_BYTES);
    for (lines, target) in lines.chunks(SPREAD_BYTES).zip(targets) {
        let (words, _) = lines.as_chunks::<WORD_BYTES>();
        for (number, plane) in target.chunks_exact_mut(words.len()).enumerate() {
            for (byte, word) in plane.iter_mut().zip(words) {
                *byte = word[number];
            }
        }
    }
}

/// The lines that were [`spread`].
fn gather(planes: &[u8]) -> Vec<u8> {
    let mut lines = vec![0; planes.len()];
    let targets = lines.chunks_mut(SPREAD_BYTES);
    for (planes, target) in planes.chunks(SPREAD_BYTES).zip(targets) {
        let (words, _) = target.as_chunks_mut::<WORD_BYTES>();
        let (low, high) = planes.split_at(2 * words.len());
        let (first, second) = low.split_at(words.len());
        let (third, fourth) = high.split_at(words.len());
        // All four at once, in a form that compilers make vectors of: three times as fast as one after the other.
        let bytes = first.iter().zip(second).zip(third).zip(fourth);
        for (word, (((first, second), third), fourth)) in words.iter_mut().zip(bytes) {
            let low = u32::from(*first) | u32::from(*second) << 8;
            let high = u32::from(*third) | u32::from(*fourth) << 8;
            *word = (low | high << 16).to_le_bytes();
        }
    }
    lines
}

fn decompress(body: &[u8], len: u64, most_bytes: usize) -> Result<Vec<u8>, SnapshotError> {
    let malformed = SnapshotError::Malformed {
        what: "it cannot be decompressed",
    };
    let len = usize::try_from(len).ok().filter(|len| *len <= most_bytes);
    let len = len.ok_or(malformed.clone())?;
    zstd::bulk::decompress(body, len).map_err(|_| malformed)
}

fn parse(plain: &[u8], pristine: &[u8], image: [u8; 32]) -> Result<Snapshot, SnapshotError> {
    let malformed = |what| SnapshotError::Malformed { what };
    let (description, rest) = postcard::take_from_bytes::<Description>(plain)
        .map_err(|_| malformed("its description"))?;
    let memory_bytes = description.memory_bytes;
    if !memory_bytes.is_multiple_of(WASM_PAGE_BYTES) || memory_bytes < pristine.len() as u64 {
        return Err(malformed("its memory"));
    }
    let count = description.pages as usize;
    let tables = rest.split_at_checked(count.saturating_mul(4));
    let (steps, rest) = tables.ok_or(malformed("its pages"))?;
    let tables = rest.split_at_checked(count.saturating_mul(8));
    let (masks, planes) = tables.ok_or(malformed("its pages"))?;
    if !planes.len().is_multiple_of(LINE_BYTES) {
        return Err(malformed("its lines"));
    }
    let mut lines = gather(planes);
    let mut found = Vec::with_capacity(count);
    let mut index = 0_u32;
    let mut end = 0;
    let (steps, _) = steps.as_chunks();
    let (masks, _) = masks.as_chunks();
    for (number, (step, mask)) in steps.iter().zip(masks).enumerate() {
        let (step, mask) = (u32::from_le_bytes(*step), u64::from_le_bytes(*mask));
        let next = index.checked_add(step);
        index = next.ok_or(malformed("its pages"))?;
        let is_inside = (u64::from(index) + 1) * PAGE_BYTES as u64 <= memory_bytes;
        if !is_inside || mask == 0 || step == 0 && number > 0 {
            return Err(malformed("its pages"));
        }
        let range = end..end + mask.count_ones() as usize * LINE_BYTES;
        end = range.end;
        let lines = lines.get_mut(range.clone());
        fold(lines.ok_or(malformed("its lines"))?, index, mask, pristine);
        found.push((index, mask, range));
    }
    if end != lines.len() {
        return Err(malformed("it is too long"));
    }
    let lines = Arc::new(lines);
    let pages = found.into_iter().map(|(index, mask, range)| {
        let lines = Contents::stretch(&lines, range)?;
        Some(Page { index, mask, lines })
    });
    let pages = pages.collect::<Option<_>>().ok_or(malformed("its lines"))?;
    let memory_bytes = usize::try_from(memory_bytes).map_err(|_| malformed("its memory"))?;
    Ok(Snapshot {
        checkpoint: Checkpoint::of(memory_bytes, pages),
        aside: Aside {
            clocks: Clocks::go_on(description.policy.clock, description.clocks),
            drawn: description.drawn,
            known: description.known.elsewhere(),
            unread: description.unread,
            used: description.used,
        },
        policy: Arc::new(description.policy),
        limits: description.limits,
        reseed: description.reseed,
        image,
    })
}
