//! The output limit. What comes past it is dropped and counted; one mark says so. A guest that sends as much again is
//! asked to stop.

/// What is written once, to the stream that met the limit.
pub(crate) const MARK: &[u8] = b"\n[output limit reached: the rest is not shown]\n";

/// Reports of errors and exits still pass when output is full, within this: a reader must learn how it ended.
const LAST_WORDS_BYTES: u64 = 256 << 10;

/// The output of one call.
#[derive(Debug)]
pub(crate) struct Output {
    most: u64,
    pub(crate) passed: u64,
    pub(crate) dropped: u64,
    last_words: u64,
    marked: bool,
}

/// What becomes of a piece of stream output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// How many of its bytes pass.
    pub(crate) pass: usize,
    /// Whether the mark follows them.
    pub(crate) mark: bool,
}

impl Output {
    pub(crate) fn new(most: u64) -> Self {
        Self {
            most,
            passed: 0,
            dropped: 0,
            last_words: LAST_WORDS_BYTES,
            marked: false,
        }
    }

    /// Takes `len` bytes of a stream.
    pub(crate) fn stream(&mut self, len: usize) -> Share {
        let room = usize::try_from(self.most - self.passed).unwrap_or(usize::MAX);
        let pass = len.min(room);
        self.passed += pass as u64;
        self.dropped += (len - pass) as u64;
        let mark = pass < len && !self.marked;
        self.marked |= mark;
        Share { pass, mark }
    }

    /// Takes a message of `len` bytes, whole or not at all.
    pub(crate) fn message(&mut self, len: usize, last_word: bool) -> bool {
        let len = len as u64;
        if len <= self.most - self.passed {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_up_to_the_limit_and_marks_once() {
        let mut output = Output::new(10);
        assert_eq!(
            output.stream(8),
            Share {
                pass: 8,
                mark: false
            }
        );
        assert_eq!(
            output.stream(8),
            Share {
                pass: 2,
                mark: true
            }
        );
        assert_eq!(
            output.stream(4),
            Share {
                pass: 0,
                mark: false
            }
        );
        assert_eq!((output.passed, output.dropped), (10, 10));
        assert!(!output.is_flood());
        output.stream(1);
        assert!(output.is_flood());
    }

    #[test]
    fn last_words_pass_when_it_is_full() {
        let mut output = Output::new(10);
        assert!(output.message(10, false));
        assert!(!output.message(1, false));
        assert!(output.message(100, true));
        assert!(!output.message(300 << 10, true));
    }
}
