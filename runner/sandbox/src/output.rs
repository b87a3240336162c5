//! The limits on output: bytes of a call, and lines in a second. What comes past them is dropped and counted, and marks say
//! where. A guest that sends as much again as it may is asked to stop.

use crate::console::Stream;
use crate::limits::Limits;

/// Reports of errors and exits, and standard error, still pass when output is full, within this: a reader must learn how it ended.
const LAST_WORDS_BYTES: u64 = 256 << 10;

const SECOND_NS: u128 = 1_000_000_000;

/// The output of one call.
#[derive(Debug)]
pub(crate) struct Output {
    most: u64,
    pub(crate) passed: u64,
    pub(crate) dropped: u64,
    pub(crate) dropped_lines: u64,
    last_words: u64,
    marked: bool,
    pace: [Pace; 2],
}

/// What becomes of a piece of stream output.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// Written first: that output goes on.
    pub(crate) before: Option<String>,
    /// Which of its bytes pass.
    pub(crate) pass: std::ops::Range<usize>,
    /// Written last: that output is cut.
    pub(crate) after: Option<String>,
}

impl Output {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            most: limits.output_bytes,
            passed: 0,
            dropped: 0,
            dropped_lines: 0,
            last_words: LAST_WORDS_BYTES,
            marked: false,
            pace: [(); 2].map(|()| Pace::new(limits.output_lines)),
        }
    }

    /// Takes a piece of a stream, at `now_ns` of a clock that never goes back.
    pub(crate) fn stream(&mut self, stream: Stream, bytes: &[u8], now_ns: u64) -> Share {
        let mut share = self.pace[stream as usize].share(bytes, now_ns);
        let wanted = share.pass.len() as u64;
        let mut room = self.most.saturating_sub(self.passed);
        if stream == Stream::Stderr {
            room = room.saturating_add(self.last_words);
        }
        if wanted > room {
            share.pass.end = share.pass.start + usize::try_from(room).unwrap_or(usize::MAX);
            share.after = (!self.marked)
                .then(|| format!("\n[output cut here: it is more than {} bytes]\n", self.most));
            self.marked = true;
        }
        let passed = share.pass.len() as u64;
        let own = passed.min(self.most.saturating_sub(self.passed));
        self.last_words -= passed - own;
        self.passed += passed;
        self.dropped += bytes.len() as u64 - passed;
        self.dropped_lines += self.pace[stream as usize].take_dropped();
        share
    }

    /// Takes a message of `len` bytes, whole or not at all.
    pub(crate) fn message(&mut self, len: usize, last_word: bool) -> bool {
        let len = len as u64;
        if len <= self.most.saturating_sub(self.passed) {
            self.passed += len;
            return true;
        }
        if last_word && len <= self.last_words {
            self.last_words -= len;
            return true;
        }
        self.dropped += len;
        false
    }

    /// Whether as much was dropped as may be passed: the guest goes on and on.
    pub(crate) fn is_flood(&self) -> bool {
        self.dropped > self.most
    }
}

/// How fast the lines of one stream may come: a bucket that a second's lines fill.
#[derive(Debug)]
struct Pace {
    /// Lines in a second; the bucket holds as many.
    rate: u64,
    left: u64,
    filled_ns: u64,
    /// Lines since the cut, if output is cut.
    cut: Option<u64>,
    dropped: u64,
}

impl Pace {
    fn new(rate: u64) -> Self {
        Self {
            rate: rate.max(1),
            left: rate.max(1),
            filled_ns: 0,
            cut: None,
            dropped: 0,
        }
    }

    /// Which part of `bytes` does not come too fast.
    fn share(&mut self, bytes: &[u8], now_ns: u64) -> Share {
        self.fill(now_ns);
        let mut share = Share {
            pass: 0..bytes.len(),
            ..Share::default()
        };
        if let Some(cut) = self.cut {
            // Output goes on with a whole line, and not before there is room for some.
            let start = match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) if self.left >= self.rate.div_ceil(2) => end + 1,
                _ => {
                    let lines = newlines(bytes);
                    self.cut = Some(cut + lines);
                    self.dropped += lines;
                    share.pass = 0..0;
                    return share;
                }
            };
            self.cut = None;
            self.dropped += 1;
            share.before = Some(format!("[output goes on here, {} lines later]\n", cut + 1));
            share.pass.start = start;
        }
        let rest = &bytes[share.pass.start..];
        let lines = newlines(rest);
        if lines <= self.left {
            self.left -= lines;
            return share;
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let mut ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let end = match left.checked_sub(1) {
            Some(last) => ends.nth(last).map_or(rest.len(), |(at, _)| at + 1),
            None => 0,
        };
        let dropped = lines - self.left;
        self.left = 0;
        self.cut = Some(dropped);
        self.dropped += dropped;
        share.pass.end = share.pass.start + end;
        share.after = Some(format!(
            "[output cut here: more than {} lines a second]\n",
            self.rate
        ));
        share
    }

    fn fill(&mut self, now_ns: u64) {
        let nanos = u128::from(now_ns.saturating_sub(self.filled_ns));
        let lines = nanos * u128::from(self.rate) / SECOND_NS;
        if lines > 0 {
            let lines = u64::try_from(lines).unwrap_or(u64::MAX);
            self.left = self.left.saturating_add(lines).min(self.rate);
            let whole = u128::from(lines) * SECOND_NS / u128::from(self.rate);
            self.filled_ns += u64::try_from(whole).unwrap_or(u64::MAX);
        }
    }

    fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn output(bytes: u64, lines: u64) -> Output {
        Output::new(&Limits {
            output_bytes: bytes,
            output_lines: lines,
            ..Limits::grading()
        })
    }

    /// What a reader of stdout sees of the pieces, each at its time.
    fn seen(output: &mut Output, pieces: &[(u64, &str)]) -> String {
        let mut seen = String::new();
        for (now, piece) in pieces {
            let share = output.stream(Stream::Stdout, piece.as_bytes(), *now);
            seen += share.before.as_deref().unwrap_or("");
            seen += &piece[share.pass];
            seen += share.after.as_deref().unwrap_or("");
        }
        seen
    }

    #[test]
    fn passes_up_to_the_limit_and_marks_once() {
        let mut output = output(10, 100);
        let pieces = [(0, "01234567"), (0, "89ab"), (0, "cdef")];
        let expected = "0123456789\n[output cut here: it is more than 10 bytes]\n";
        assert_eq!(seen(&mut output, &pieces), expected);
        assert_eq!((output.passed, output.dropped), (10, 6));
        assert!(!output.is_flood());
        seen(&mut output, &[(0, "01234")]);
        assert!(output.is_flood());
    }

    #[test]
    fn last_words_pass_when_it_is_full() {
        let mut output = output(10, 100);
        assert!(output.message(10, false));
        assert!(!output.message(1, false));
        assert!(output.message(100, true));
        assert!(!output.message(300 << 10, true));
        let share = output.stream(Stream::Stderr, b"Traceback", 0);
        assert_eq!(share.pass, 0..9);
        let long = vec![b'x'; 300 << 10];
        let share = output.stream(Stream::Stderr, &long, 0);
        assert_eq!(share.pass, 0..(256 << 10) - 109);
        assert_eq!(output.stream(Stream::Stderr, b"x", 0).pass.len(), 0);
    }

    #[test]
    fn lines_that_come_too_fast_are_cut_and_counted() {
        let mut output = output(1_000, 3);
        let pieces = [
            (0, "a\nb"),
            (0, "\nc\nd\ne\n"),
            (SECOND / 3, "f\n"),
            (SECOND, "g\nh\nhalf"),
            (SECOND, " i\n"),
        ];
        let expected = "a\nb\nc\n[output cut here: more than 3 lines a second]\n\
            [output goes on here, 4 lines later]\nh\nhalf i\n";
        assert_eq!(seen(&mut output, &pieces), expected);
        assert_eq!((output.dropped, output.dropped_lines), (8, 4));
    }

    #[test]
    fn a_pace_that_is_kept_is_never_cut() {
        let mut output = output(100_000, 10);
        for i in 0..1_000 {
            let share = output.stream(Stream::Stdout, b"x\n", i * SECOND / 10);
            assert_eq!((share.pass, share.after), (0..2, None), "{i}");
        }
    }

    #[test]
    fn a_flood_of_one_stream_leaves_the_other_alone() {
        let mut output = output(100, 2);
        seen(&mut output, &[(0, "1\n2\n3\n4\n")]);
        let share = output.stream(Stream::Stderr, b"why\n", 0);
        assert_eq!((share.pass, share.after), (0..4, None));
    }
}
