//! How parts of written snapshots are compressed: small ones not at all, as they are written without zeros (`lines.rs`), large ones with zstd.

use std::cell::RefCell;
use std::io;

use super::SnapshotError;

/// Up to so many bytes, a part is left as it is: a small session, and all that a small cell changes.
const SMALL_BYTES: usize = 32 << 10;

/// Of zstd's levels the one at which a large state is soonest there where it is read: level 1 makes it a tenth smaller and takes longer, faster
/// ones than this gain less time than the longer way takes.
const LEVEL: i32 = -1;

/// How much room for what is read is kept for the next one. Protects the host's memory.
const KEPT_BYTES: usize = 8 << 20;

thread_local! {
    /// Setting this up takes longer than compressing a session that is not quite small.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = RefCell::default();
    /// The same, and the room for what comes out: fresh pages for it would take longer than filling them.
    static DECOMPRESSOR: RefCell<Decompressor> = RefCell::default();
}

/// Compresses a part.
pub(super) fn compress(plain: Vec<u8>) -> io::Result<Vec<u8>> {
    if plain.len() <= SMALL_BYTES {
        return Ok(plain);
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let zstd = match kept {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Compressor::new(LEVEL)?),
        };
        zstd.compress(&plain)
    })
}

/// Passes on what comes out of `content`, which is `plain_len` bytes and may be `most_bytes`.
pub(super) fn decompressed<T>(
    content: &[u8],
    plain_len: u64,
    most_bytes: usize,
    then: impl FnOnce(&[u8]) -> Result<T, SnapshotError>,
) -> Result<T, SnapshotError> {
    let malformed = SnapshotError::Malformed {
        what: "it cannot be decompressed",
    };
    match usize::try_from(plain_len) {
        Ok(len) if len > most_bytes => Err(malformed),
        Ok(len) if len > SMALL_BYTES => {
            DECOMPRESSOR.with_borrow_mut(|kept| then(kept.run(content, len).ok_or(malformed)?))
        }
        Ok(len) if len == content.len() => then(content),
        _ => Err(malformed),
    }
}

/// Decompresses one part after the other.
#[derive(Default)]
struct Decompressor {
    zstd: Option<zstd::bulk::Decompressor<'static>>,
    plain: Vec<u8>,
}

impl Decompressor {
    /// The `len` bytes that come out of `content`; `None` if others do.
    fn run(&mut self, content: &[u8], len: usize) -> Option<&[u8]> {
        if self.plain.capacity() > KEPT_BYTES {
            self.plain = Vec::new();
        }
        self.plain.clear();
        self.plain.reserve_exact(len);
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Decompressor::new().ok()?),
        };
        let come = zstd.decompress_to_buffer(content, &mut self.plain).ok()?;
        (come == len).then_some(&self.plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out of `content` if it is said to be `len` bytes.
    fn read(content: &[u8], len: usize, most: usize) -> Result<Vec<u8>, SnapshotError> {
        decompressed(content, len as u64, most, |plain| Ok(plain.to_vec()))
    }

    #[test]
    fn what_is_compressed_comes_back_and_nothing_else_does() {
        // One after the other, of all sizes at which something changes.
        for len in [0, 1, SMALL_BYTES, SMALL_BYTES + 1, 200_000, 5, 70_000] {
            let plain: Vec<u8> = (0..len).map(|at| (at / 7 * at % 251) as u8).collect();
            let content = compress(plain.clone()).unwrap();
            assert_eq!(read(&content, len, len), Ok(plain));
            read(&content, len + 1, len).unwrap_err();
            read(&content, len + 1, len + 1).unwrap_err();
            if len > 0 {
                read(&content, len - 1, len).unwrap_err();
                read(&content[..content.len() - 1], len, len).unwrap_err();
            }
        }
    }

    #[test]
    fn large_parts_become_small() {
        let plain = vec![7; 4 * SMALL_BYTES];
        assert!(compress(plain).unwrap().len() < SMALL_BYTES / 100);
    }
}
