//! Zip archives, from bytes to files. Nothing that they say of themselves is believed: sizes are counted while unpacking.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::pile::{MAX_FILES, Pile, is_litter, too_large, too_many};
use super::unreadable;
use crate::{Problem, paths};

/// How many times larger than the archive its files may be. Source packs to a fifth; what packs to a hundredth is made to fill memory.
const MAX_RATIO: usize = 100;

/// What may be unpacked of any archive: of a small one, the ratio means nothing.
const FREE_BYTES: usize = 1 << 20;

pub(super) fn unpack(bytes: &[u8]) -> Result<Pile, Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.has_duplicate_names() {
        return Err(unreadable(
            "two files of the archive have the same name",
            "pack it anew",
        ));
    }
    // A folder is an entry too.
    if archive.len() > 2 * MAX_FILES {
        return Err(too_many());
    }
    if archive
        .has_overlapping_entries()
        .map_err(|error| broken(&error))?
    {
        return Err(unreadable(
            "files of the archive lie over each other",
            "pack it anew",
        ));
    }
    let allowed = bytes.len().saturating_mul(MAX_RATIO).max(FREE_BYTES);
    let mut unpacked = 0;
    let mut pile = Pile::default();
    for i in 0..archive.len() {
        let Some(path) = path(&mut archive, i)? else {
            continue;
        };
        let limit = pile.left().min(allowed - unpacked);
        let content = content(&mut archive, i, limit, &path)?;
        if content.len() > limit {
            return Err(if limit == pile.left() {
                too_large()
            } else {
                bomb(&path)
            });
        }
        unpacked += content.len();
        if is_archive(&content) {
            return Err(unreadable(
                format!("`{path}` is an archive within the archive"),
                "pack its files themselves",
            ));
        }
        pile.add(&path, content)?;
    }
    Ok(pile)
}

/// The path of an entry; `None` for what is not taken.
fn path(archive: &mut ZipArchive<Cursor<&[u8]>>, i: usize) -> Result<Option<String>, Problem> {
    let entry = archive.by_index_raw(i).map_err(|error| broken(&error))?;
    let name = entry.name().map_err(|error| broken(&error))?;
    // Some systems pack paths with their own separator.
    let name = name.replace('\\', "/");
    let path = paths::clean(&name).map_err(|what| {
        unreadable(
            format!("the archive's path `{}` {what}", name.escape_debug()),
            "pack the folder itself, with names beneath it",
        )
    })?;
    if entry.is_symlink() {
        return Err(unreadable(
            format!("`{path}` is a link"),
            "pack the file that it leads to",
        ));
    }
    if entry.is_dir() || name.ends_with('/') || is_litter(&path) {
        return Ok(None);
    }
    if entry.encrypted() {
        return Err(unreadable(
            format!("`{path}` is encrypted"),
            "pack the archive without a password",
        ));
    }
    Ok(Some(path))
}

/// At most one byte more than `limit`.
fn content(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    i: usize,
    limit: usize,
    path: &str,
) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    let entry = archive.by_index(i).map_err(|error| broken(&error))?;
    let read = entry.take(limit as u64 + 1).read_to_end(&mut content);
    read.map_err(|_| unreadable(format!("`{path}` is broken in the archive"), "pack it anew"))?;
    Ok(content)
}

fn bomb(path: &str) -> Problem {
    unreadable(
        format!("`{path}` unpacks to more than {MAX_RATIO} times the archive"),
        "hand in the source alone, without data and results",
    )
}

fn broken(error: &ZipError) -> Problem {
    match error {
        ZipError::CompressionMethodNotSupported(_) => unreadable(
            "the archive is packed by another method than zip's own",
            "pack it with the method `deflate`, as systems do",
        ),
        _ => unreadable("it is no zip archive, or a broken one", "pack it anew"),
    }
}

/// Whether it begins as archives do: zip, gzip, 7z, RAR, xz, bzip2, zstd.
pub(super) fn is_archive(content: &[u8]) -> bool {
    let begins: [&[u8]; 8] = [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x1f\x8b",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"\xfd7zXZ\0",
        b"BZh",
        b"\x28\xb5\x2f\xfd",
    ];
    begins.iter().any(|begin| content.starts_with(begin))
}

/// Whether it begins as zip archives do.
pub(super) fn is_zip(content: &[u8]) -> bool {
    content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06")
}

#[cfg(test)]
mod tests;
