//! Snapshots written down.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `CRQSNAP`, NUL |
//! | 2 | the version of this format |
//! | 32 | the image: the hash in its own name |
//! | the rest | one or more parts |
//!
//! Each part (`part.rs`) makes a state of the one before it, the first of the image's:
//!
//! | bytes | what |
//! | --- | --- |
//! | 32 | its seal: HMAC-SHA-256 over the first 42 bytes, the seal before it, and the rest of the part |
//! | 8 | the length of its content |
//! | 8 | the length of its content when it is not compressed |
//! | its content | compressed (`squeeze.rs`) |
//!
//! A seal names all that comes before it, so parts can be neither left out nor put elsewhere. What ends at a part's end is the state that the session
//! had then. Nothing is looked at before the seal is verified but what names the format and the image, and where a part ends.

use super::key::SEAL_BYTES;
use super::squeeze::{compress, decompressed};
use super::{Snapshot, SnapshotError, SnapshotKey, part, same_image};
use crate::engine::Engine;
use crate::error::Error;

const MAGIC: &[u8; 8] = b"CRQSNAP\0";

/// Changes whenever what is written does, [`Policy`](crate::Policy) and [`Limits`](crate::Limits) included.
const VERSION: u16 = 4;

/// Up to the first part.
const HEAD_BYTES: usize = 8 + 2 + 32;

/// The lengths of a part, between its seal and its content.
const LENGTH_BYTES: usize = 8 + 8;

/// How many parts there may be after the first. Each costs a reader a look at the whole list of pages.
pub(super) const MOST_PARTS: usize = 16;

impl Snapshot {
    /// Writes the snapshot down, sealed with `key`. The same snapshot always gives the same bytes, but for a real clock's.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if `engine` has another image, or [`Error::Host`] if the host has no room.
    pub fn encode(&self, engine: &Engine, key: &SnapshotKey) -> Result<Vec<u8>, Error> {
        Ok(self.encode_after(None, engine, key)?.0)
    }

    /// Writes down what of it is not as in a state before it, which has this seal; and its own seal.
    pub(super) fn encode_after(
        &self,
        before: Option<(&Self, &[u8; SEAL_BYTES])>,
        engine: &Engine,
        key: &SnapshotKey,
    ) -> Result<(Vec<u8>, [u8; SEAL_BYTES]), Error> {
        same_image(&self.image, engine)?;
        let failed = |reason: &str| Error::Host {
            reason: format!("a snapshot cannot be written down: {reason}"),
        };
        let pristine = engine.pristine().ok_or_else(|| failed("no memory"))?;
        let plain = part::write(self, before.map(|(state, _)| state), pristine.data())
            .map_err(|error| failed(&error.to_string()))?;
        let plain_len = plain.len() as u64;
        let content = compress(plain).map_err(|error| failed(&error.to_string()))?;
        let head = head(&self.image);
        let first = if before.is_none() { &head[..] } else { &[] };
        let mut bytes = Vec::with_capacity(first.len() + SEAL_BYTES + LENGTH_BYTES + content.len());
        bytes.extend_from_slice(first);
        bytes.extend_from_slice(&[0; SEAL_BYTES]);
        bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&plain_len.to_le_bytes());
        bytes.extend_from_slice(&content);
        let (start, end) = (first.len(), first.len() + SEAL_BYTES);
        let last = before.map_or(&[][..], |(_, seal)| seal);
        let seal = key.seal(&[&head, last, &bytes[end..]]);
        bytes[start..end].copy_from_slice(&seal);
        Ok((bytes, seal))
    }

    /// Reads what [`Snapshot::encode`] or a [`Chain`](crate::Chain) wrote, in this process or another, on this machine or another with the same image.
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
        let (image, mut rest) = rest.split_first_chunk().ok_or(SnapshotError::Seal)?;
        same_image(image, engine)?;
        let head = head(image);
        let pristine = engine
            .pristine()
            .ok_or(SnapshotError::Malformed { what: "no memory" })?;
        let most_bytes = engine.config().max_memory_bytes;
        let mut state = None;
        let mut last: &[u8] = &[];
        for _ in 0..=MOST_PARTS {
            let part;
            (part, rest) = Part::split(rest).ok_or(SnapshotError::Seal)?;
            key.verify(&[&head, last, part.sealed], part.seal)?;
            last = part.seal;
            // Every line with its share of the tables, and a description that came through a guest's memory.
            let most_plain = most_bytes.saturating_mul(3);
            let now = decompressed(part.content, part.plain_len, most_plain, |plain| {
                part::read(plain, state.take(), pristine.data(), *image, most_bytes)
            })?;
            if rest.is_empty() {
                return Ok(now);
            }
            state = Some(now);
        }
        Err(SnapshotError::Malformed { what: "its parts" })
    }
}

fn head(image: &[u8; 32]) -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    head[..8].copy_from_slice(MAGIC);
    head[8..10].copy_from_slice(&VERSION.to_le_bytes());
    head[10..].copy_from_slice(image);
    head
}

/// A part, as it lies in the bytes.
struct Part<'a> {
    seal: &'a [u8],
    /// The lengths and the content.
    sealed: &'a [u8],
    plain_len: u64,
    content: &'a [u8],
}

impl<'a> Part<'a> {
    /// The first part of `bytes`, and what comes after it.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (seal, rest) = bytes.split_at_checked(SEAL_BYTES)?;
        let (len, after) = rest.split_first_chunk()?;
        let (plain_len, after) = after.split_first_chunk()?;
        let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
        let (content, after) = after.split_at_checked(len)?;
        let part = Self {
            seal,
            sealed: &rest[..LENGTH_BYTES + len],
            plain_len: u64::from_le_bytes(*plain_len),
            content,
        };
        Some((part, after))
    }
}
