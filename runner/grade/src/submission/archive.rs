//! Zip archives, from bytes to files. Nothing that they say of themselves is believed: sizes are counted while
//! unpacking. Read here and not by a crate, so that what is refused is known to the letter; only the compression is another's.

mod directory;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use self::directory::{Entry, FOLDER, REGULAR, entries};
use super::pile::{MAX_FILES, Pile, is_litter, too_large, too_many};
use super::unreadable;
use crate::{Problem, paths};

/// How many times larger than the archive its files may be. Source packs to a fifth; what packs to a hundredth is made to fill memory.
const MAX_RATIO: usize = 100;

/// What may be unpacked of any archive: of a small one, the ratio means nothing.
const FREE_BYTES: usize = 1 << 20;

pub(super) fn unpack(bytes: &[u8]) -> Result<Pile, Problem> {
    // A folder is an entry too.
    const MAX_ENTRIES: usize = 2 * MAX_FILES;
    let entries = entries(bytes, MAX_ENTRIES).ok_or_else(broken)?;
    if entries.len() > MAX_ENTRIES {
        return Err(too_many());
    }
    let allowed = bytes.len().saturating_mul(MAX_RATIO).max(FREE_BYTES);
    let mut unpacked = 0;
    let mut pile = Pile::default();
    for entry in &entries {
        let Some(path) = path(entry)? else {
            continue;
        };
        pile.room(0)?;
        let limit = pile.left().min(allowed - unpacked);
        let Some(content) = content(entry, limit, &path)? else {
            let is_full = limit == pile.left();
            return Err(if is_full { too_large() } else { bomb(&path) });
        };
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
fn path(entry: &Entry<'_>) -> Result<Option<String>, Problem> {
    // Some systems pack paths with their own separator.
    let name = entry.name.replace('\\', "/");
    let path = paths::clean(&name).map_err(|what| {
        unreadable(
            format!("the archive's path `{}` {what}", name.escape_debug()),
            "pack the folder itself, with names beneath it",
        )
    })?;
    if name.ends_with('/') || entry.kind == FOLDER || is_litter(&path) {
        return Ok(None);
    }
    if entry.kind != REGULAR && entry.kind != 0 {
        return Err(unreadable(
            format!("`{path}` is a link, or another thing than a file"),
            "pack the file that it leads to",
        ));
    }
    if entry.is_encrypted {
        return Err(unreadable(
            format!("`{path}` is encrypted"),
            "pack the archive without a password",
        ));
    }
    Ok(Some(path))
}

/// The content, if it is no larger than `limit`. It has the size and the checksum that the list says.
fn content(entry: &Entry<'_>, limit: usize, path: &str) -> Result<Option<Vec<u8>>, Problem> {
    const STORED: u16 = 0;
    const DEFLATED: u16 = 8;
    if entry.size > limit {
        return Ok(None);
    }
    let wrong = || unreadable(format!("`{path}` is broken in the archive"), "pack it anew");
    let content = match entry.method {
        STORED if entry.packed.len() == entry.size => entry.packed.to_vec(),
        DEFLATED => match decompress_to_vec_with_limit(entry.packed, limit + 1) {
            Ok(content) => content,
            Err(error) if error.status == TINFLStatus::HasMoreOutput => return Ok(None),
            Err(_) => return Err(wrong()),
        },
        STORED => return Err(wrong()),
        _ => {
            return Err(unreadable(
                format!("`{path}` is packed by another method than zip's own"),
                "pack it with the method `deflate`, as systems do",
            ));
        }
    };
    if content.len() > limit {
        return Ok(None);
    }
    if content.len() != entry.size || crc32fast::hash(&content) != entry.crc {
        return Err(wrong());
    }
    Ok(Some(content))
}

fn bomb(path: &str) -> Problem {
    unreadable(
        format!("`{path}` unpacks to more than {MAX_RATIO} times the archive"),
        "hand in the source alone, without data and results",
    )
}

fn broken() -> Problem {
    unreadable("it is no zip archive, or a broken one", "pack it anew")
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
