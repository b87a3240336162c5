//! How the lines of a part are written down. They are differences, so most of their words are zero.
//!
//! A few of them, which is a small session or what a small cell changes, are written as the words that are not zero. What comes of it is as small as
//! compression would make it, and a whole state is written in a third of the time.
//!
//! More of them are [`spread`] and compressed: of every 64 KiB, first come the first bytes of all words, then the second bytes, and so on. What words
//! have in common, as addresses do, stands side by side. A list of numbers is less than a fourth so, and read in half the time.

use crate::checkpoint::{LINE_BYTES, numbers};

/// The guest's word: an address, a reference count.
const WORD_BYTES: usize = 4;

/// Up to so many lines are written as their words.
const FEW: usize = 512;

/// How many bytes of lines are spread together: few enough for the processor's nearer caches.
const SPREAD_BYTES: usize = 64 << 10;

/// Appends `lines`, all of them whole.
pub(super) fn write(lines: &[u8], to: &mut Vec<u8>) {
    match lines.as_chunks().0 {
        few if few.len() <= FEW => write_words(few, to),
        _ => spread(lines, to),
    }
}

/// The `count` lines that [`write()`] wrote as `bytes`; `None` if it did not.
pub(super) fn read(bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    if count <= FEW {
        return read_words(bytes, count);
    }
    (count.checked_mul(LINE_BYTES)? == bytes.len()).then(|| gather(bytes))
}

/// Which words of a line are not zero: bit n stands for word n.
type WordMask = u16;

const MASK_BYTES: usize = size_of::<WordMask>();

/// Of each line, which words are not zero, then those.
fn write_words(lines: &[[u8; LINE_BYTES]], to: &mut Vec<u8>) {
    for line in lines {
        let mut mask: WordMask = 0;
        let mut written = [0; MASK_BYTES + LINE_BYTES];
        let mut end = MASK_BYTES;
        for (number, word) in line.as_chunks::<WORD_BYTES>().0.iter().enumerate() {
            let is_there = *word != [0; WORD_BYTES];
            mask |= WordMask::from(is_there) << number;
            // Each is written, and the next one over it if it was zero: there is nothing to guess for the processor.
            written[end..end + WORD_BYTES].copy_from_slice(word);
            end += WORD_BYTES * usize::from(is_there);
        }
        written[..MASK_BYTES].copy_from_slice(&mask.to_le_bytes());
        to.extend_from_slice(&written[..end]);
    }
}

fn read_words(mut bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut lines = vec![0; count * LINE_BYTES];
    for line in lines.as_chunks_mut::<LINE_BYTES>().0 {
        let (mask, rest) = bytes.split_first_chunk()?;
        bytes = rest;
        let words = line.as_chunks_mut::<WORD_BYTES>().0;
        for number in numbers(WordMask::from_le_bytes(*mask).into()) {
            let (word, rest) = bytes.split_first_chunk()?;
            words[number] = *word;
            bytes = rest;
        }
    }
    bytes.is_empty().then_some(lines)
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
    let mut all = Vec::with_capacity(planes.len() / WORD_BYTES);
    for planes in planes.chunks(SPREAD_BYTES) {
        let (low, high) = planes.split_at(planes.len() / 2);
        let (first, second) = low.split_at(low.len() / 2);
        let (third, fourth) = high.split_at(high.len() / 2);
        // All four at once, in a form that compilers make vectors of: three times as fast as one after the other.
        let bytes = first.iter().zip(second).zip(third).zip(fourth);
        all.extend(bytes.map(|(((first, second), third), fourth)| {
            let low = u32::from(*first) | u32::from(*second) << 8;
            let high = u32::from(*third) | u32::from(*fourth) << 8;
            (low | high << 16).to_le_bytes()
        }));
    }
    all.into_flattened()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else_is() {
        for count in [0, 1, 2, FEW - 1, FEW, FEW + 1, 1_000, 3_000] {
            for every in [1, 3, 5, 64, 1_000_000] {
                let bytes = 0..count * LINE_BYTES;
                let lines: Vec<u8> = bytes
                    .map(|at| if at % every == 0 { at as u8 | 1 } else { 0 })
                    .collect();
                let mut written = vec![9];
                write(&lines, &mut written);
                let written = &written[1..];
                assert_eq!(read(written, count).as_ref(), Some(&lines), "{count}");
                assert_eq!(read(&[written, &[0]].concat(), count), None);
                if count > 0 {
                    assert_eq!(read(&written[..written.len() - 1], count), None);
                    assert_eq!(read(written, count - 1), None);
                }
            }
        }
    }

    #[test]
    fn few_lines_are_short() {
        let mut line = [0; LINE_BYTES];
        line[7] = 1;
        let mut written = Vec::new();
        write(&line.repeat(FEW), &mut written);
        assert_eq!(written.len(), FEW * (2 + WORD_BYTES));
    }
}
