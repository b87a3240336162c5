//! Bytes as text, piece by piece.

/// Decodes UTF-8 that comes in pieces: a character that is cut between two is put together again.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The beginning of a character, at most three bytes.
    cut: Vec<u8>,
}

impl Decoder {
    /// The text of `bytes` and of what was left before. What is no UTF-8 becomes U+FFFD.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> String {
        let joined;
        let bytes = if self.cut.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.cut).as_slice(), bytes].concat();
            &joined
        };
        let mut text = String::with_capacity(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            if chunk.invalid().is_empty() {
                continue;
            }
            if chunks.peek().is_none() && is_cut(chunk.invalid()) {
                self.cut = chunk.invalid().to_vec();
            } else {
                text.push('\u{fffd}');
            }
        }
        text
    }
}

/// Whether these last bytes could become a character.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    #[track_caller]
    fn check(pieces: &[&[u8]], expected: &str) {
        let mut decoder = Decoder::default();
        let text: String = pieces.iter().map(|piece| decoder.decode(piece)).collect();
        assert_eq!(text, expected);
    }

    #[test]
    fn whole() {
        check(&["aé🐍".as_bytes()], "aé🐍");
        check(&[], "");
    }

    #[test]
    fn cut_anywhere() {
        let bytes = "é🐍x".as_bytes();
        for at in 0..=bytes.len() {
            check(&[&bytes[..at], &bytes[at..]], "é🐍x");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        check(&single, "é🐍x");
    }

    #[test]
    fn what_is_no_text() {
        check(&[b"a\xffb"], "a\u{fffd}b");
        check(&[b"\xf0\x9f", b"x"], "\u{fffd}x");
        check(&[b"\xff"], "\u{fffd}");
    }
}
