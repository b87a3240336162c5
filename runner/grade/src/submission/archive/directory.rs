//! A zip archive's list of files. (PKWARE: APPNOTE.TXT 6.3.10, section 4.3)
//!
//! Stricter than the format: archives that mean one thing to one reader and another to the next are broken. Each file is in the list once
//! and in the archive once, under the same name, and no two of them share a byte.

/// A file of the archive, or a folder.
#[derive(Debug)]
pub(super) struct Entry<'z> {
    /// Its path, as it is written.
    pub(super) name: String,
    /// Whether a password is needed.
    pub(super) is_encrypted: bool,
    /// How it is packed.
    pub(super) method: u16,
    /// The checksum of its content.
    pub(super) crc: u32,
    /// How many bytes it says its content has.
    pub(super) size: usize,
    /// The packed bytes.
    pub(super) packed: &'z [u8],
    /// The bits of its mode that say what it is, if it was packed on a system with modes.
    pub(super) kind: u32,
}

/// The kinds that a mode can say, as POSIX numbers them.
pub(super) const FOLDER: u32 = 0o040_000;
pub(super) const REGULAR: u32 = 0o100_000;
const KINDS: u32 = 0o170_000;

/// The end of the list, without the comment that follows it.
const END: &[u8] = b"PK\x05\x06";
const END_LEN: usize = 22;
const LISTED: &[u8] = b"PK\x01\x02";
const LISTED_LEN: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LEN: usize = 30;

/// The names of old archives: what the bytes from 128 up are in code page 437.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The files in the list's order; `None` if the archive is broken. Of more than `most`, none but the first that is too many.
pub(super) fn entries(bytes: &[u8], most: usize) -> Option<Vec<Entry<'_>>> {
    let end = end(bytes)?;
    let count = usize::from(u16(bytes, end + 10)?);
    let start = long(bytes, end + 16)?;
    let stop = start.checked_add(long(bytes, end + 12)?)?;
    let list = bytes.get(..stop.min(end))?;
    let mut entries = Vec::new();
    // From where to where each lies, its header included.
    let mut places = Vec::new();
    let mut at = start;
    for _ in 0..count {
        let (entry, place, next) = entry(list, at, start)?;
        entries.push(entry);
        places.push(place);
        at = next;
        if entries.len() > most {
            return Some(entries);
        }
    }
    places.sort_unstable();
    let overlap = places.windows(2).any(|pair| pair[0].1 > pair[1].0);
    (at == stop && !overlap).then_some(entries)
}

/// Where the end of the list begins: the last place that says so, and whose comment reaches to the archive's end.
fn end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_LEN)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| {
        bytes[*at..].starts_with(END)
            && u16(bytes, at + 20).is_some_and(|len| at + END_LEN + usize::from(len) == bytes.len())
    })
}

/// The entry at a place of the list, where it lies in the archive, and where the next one is listed.
fn entry(bytes: &[u8], at: usize, start: usize) -> Option<(Entry<'_>, (usize, usize), usize)> {
    if !bytes.get(at..)?.starts_with(LISTED) {
        return None;
    }
    let len = |offset| Some(usize::from(u16(bytes, at + offset)?));
    let name = bytes.get(at + LISTED_LEN..)?.get(..len(28)?)?;
    let next = at + LISTED_LEN + len(28)? + len(30)? + len(32)?;
    let local = long(bytes, at + 42)?;
    let own = bytes.get(local..start)?;
    let own_name = own.get(LOCAL_LEN..)?.get(..usize::from(u16(own, 26)?))?;
    if !own.starts_with(LOCAL) || own_name != name {
        return None;
    }
    let from = LOCAL_LEN + own_name.len() + usize::from(u16(own, 28)?);
    let packed = own.get(from..)?.get(..long(bytes, at + 20)?)?;
    let flags = u16(bytes, at + 8)? | u16(own, 6)?;
    let entry = Entry {
        name: text(name),
        is_encrypted: flags & 1 != 0,
        method: u16(bytes, at + 10)?,
        crc: u32(bytes, at + 16)?,
        size: long(bytes, at + 24)?,
        packed,
        kind: u32(bytes, at + 38)? >> 16 & KINDS,
    };
    let place = (local, local + from + packed.len());
    Some((entry, place, next))
}

/// A name in UTF-8, whether it says so or not, else in the format's first encoding.
fn text(name: &[u8]) -> String {
    let old = |byte: &u8| match byte.checked_sub(128) {
        None => char::from(*byte),
        Some(high) => CP437.chars().nth(usize::from(high)).unwrap_or('\u{fffd}'),
    };
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => name.iter().map(old).collect(),
    }
}

fn u16(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

fn u32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

/// A size or a place. All bits set is no number, but refers to a larger one elsewhere, which no submission needs.
fn long(bytes: &[u8], at: usize) -> Option<usize> {
    u32(bytes, at)
        .filter(|number| *number != u32::MAX)
        .map(|number| number as usize)
}
