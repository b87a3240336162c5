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
//! Lines are stored as their difference (exclusive or) from the image's: most of a changed line is as it was, and zeros weigh nothing. Of a
//! small session, which is what most are, first come the first bytes of all words, then the second bytes, and so on: what words have in
//! common, as addresses do, stands side by side, and the whole is a quarter smaller.
//! Nothing is looked at before the seal is verified but what names the format and the image.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::key::SEAL_BYTES;
use super::{Snapshot, SnapshotError, SnapshotKey, same_image};
use crate::checkpoint::{Checkpoint, LINE_BYTES, PAGE_BYTES, Page, ZEROS, numbers};
use crate::clock::{Clocks, Reading};
use crate::engine::Engine;
use crate::error::Error;
use crate::files::{Known, Used};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::state::Aside;

const MAGIC: &[u8; 8] = b"CRQSNAP\0";

/// Changes whenever what is written does, [`Policy`] and [`Limits`] included.
const VERSION: u16 = 1;

/// Up to the seal.
const HEAD_BYTES: usize = 8 + 2 + 32;

/// The fastest of zstd's levels that shrinks much: the next ones gain a few percent.
const LEVEL: i32 = 1;

/// The guest's word: an address, a reference count.
const WORD_BYTES: usize = 4;

/// Up to how many bytes of lines are spread: with more, whoever waits for them would wait twice as long.
const SPREAD_BYTES: usize = 256 << 10;

const LINE_WORDS: usize = LINE_BYTES / WORD_BYTES;

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
            fold(&mut lines[at..], page, pristine);
        }
        if lines.len() <= SPREAD_BYTES {
            spread(&lines, &mut plain);
        } else {
            plain.append(&mut lines);
        }
        Ok(plain)
    }
}

/// Turns the lines of `page` into their difference from the image's, or back.
fn fold(lines: &mut [u8], page: &Page, pristine: &[u8]) {
    let start = page.index as usize * PAGE_BYTES;
    let then = pristine.get(start..start + PAGE_BYTES).unwrap_or(&ZEROS);
    let (then, _) = then.as_chunks::<LINE_BYTES>();
    let (lines, _) = lines.as_chunks_mut::<LINE_BYTES>();
    for (line, number) in lines.iter_mut().zip(numbers(page.mask)) {
        for (byte, then) in line.iter_mut().zip(&then[number]) {
            *byte ^= then;
        }
    }
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
    let gathered = (planes.len() <= SPREAD_BYTES).then(|| gather(planes));
    let lines = gathered.as_deref().unwrap_or(planes);
    let mut rest = lines;
    let (steps, _) = steps.as_chunks();
    let (masks, _) = masks.as_chunks();
    let mut pages = Vec::with_capacity(count);
    let mut index = 0_u32;
    for (number, (step, mask)) in steps.iter().zip(masks).enumerate() {
        let (step, mask) = (u32::from_le_bytes(*step), u64::from_le_bytes(*mask));
        let next = index.checked_add(step);
        index = next.ok_or(malformed("its pages"))?;
        let is_inside = (u64::from(index) + 1) * PAGE_BYTES as u64 <= memory_bytes;
        if !is_inside || mask == 0 || step == 0 && number > 0 {
            return Err(malformed("its pages"));
        }
        let lines = rest.split_at_checked(mask.count_ones() as usize * LINE_BYTES);
        let (lines, after) = lines.ok_or(malformed("its lines"))?;
        rest = after;
        let mut page = Page {
            index,
            mask,
            lines: Arc::from([]),
        };
        let mut lines = lines.to_vec();
        fold(&mut lines, &page, pristine);
        page.lines = lines.into();
        pages.push(page);
    }
    if !rest.is_empty() {
        return Err(malformed("it is too long"));
    }
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
