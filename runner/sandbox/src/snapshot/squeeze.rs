//! How parts of written snapshots are compressed: those that are written after most cells, and read when a reader comes back, in LZ4 (as a
//! block), in half of zstd's time; large ones with zstd, a fifth smaller.

use std::cell::RefCell;
use std::io;

use lz4_flex::block::{self, CompressTable};

use super::SnapshotError;

/// Up to so many bytes, LZ4: a small session and all that a small cell changes.
const LZ4_BYTES: usize = 32 << 10;

/// Of zstd's levels the one at which a large state is soonest there where it is read: level 1 makes it a tenth smaller and takes longer, faster
/// ones than this gain less time than the longer way takes.
const LEVEL: i32 = -1;

/// How much room for what is read is kept for the next one. Protects the host's memory.
const KEPT_BYTES: usize = 8 << 20;

thread_local! {
    /// Setting these up takes longer than compressing what changes in a cell.
    static COMPRESSORS: RefCell<Compressors> = RefCell::default();
    /// The same, and the room for what comes out: fresh pages for it would take longer than filling them.
    static DECOMPRESSOR: RefCell<Decompressor> = RefCell::default();
}

#[derive(Default)]
struct Compressors {
    table: CompressTable,
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

/// Compresses a part.
pub(super) fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    COMPRESSORS.with_borrow_mut(|kept| {
        if plain.len() <= LZ4_BYTES {
            let mut content = vec![0; block::get_maximum_output_size(plain.len())];
            let len = block::compress_into_with_table(plain, &mut content, &mut kept.table);
            content.truncate(len.map_err(io::Error::other)?);
            return Ok(content);
        }
        let zstd = match &mut kept.zstd {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Compressor::new(LEVEL)?),
        };
        zstd.compress(plain)
    })
}

/// Passes on what comes out of `content`, which is `plain_len` bytes and may be `most_bytes`.
pub(super) fn decompressed<T>(
    content: &[u8],
    plain_len: u64,
    most_bytes: usize,
    then: impl FnOnce(&[u8]) -> Result<T, SnapshotError>,
) -> Result<T, SnapshotError> {
    let len = usize::try_from(plain_len)
        .ok()
        .filter(|len| *len <= most_bytes);
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let plain = len.and_then(|len| decompressor.run(content, len));
        then(plain.ok_or(SnapshotError::Malformed {
            what: "it cannot be decompressed",
        })?)
    })
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
        let come = if len <= LZ4_BYTES {
            self.plain.resize(len, 0);
            block::decompress_into(content, &mut self.plain).ok()?
        } else {
            self.plain.reserve_exact(len);
            let zstd = match &mut self.zstd {
                Some(zstd) => zstd,
                none => none.insert(zstd::bulk::Decompressor::new().ok()?),
            };
            zstd.decompress_to_buffer(content, &mut self.plain).ok()?
        };
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
        for len in [
            0,
            1,
            13,
            4_096,
            LZ4_BYTES,
            LZ4_BYTES + 1,
            200_000,
            5,
            70_000,
        ] {
            let plain: Vec<u8> = (0..len).map(|at| (at / 7 * at % 251) as u8).collect();
            let content = compress(&plain).unwrap();
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
    fn small_parts_become_small() {
        let plain = vec![7; LZ4_BYTES];
        assert!(compress(&plain).unwrap().len() < LZ4_BYTES / 100);
    }
}
