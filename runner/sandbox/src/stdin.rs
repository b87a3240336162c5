//! Standard input that has arrived and was not taken yet.

/// What the console gave, until the guest takes it.
#[derive(Debug)]
pub(crate) struct Stdin {
    bytes: Vec<u8>,
    /// The console said that this is all, which the guest has not been told yet.
    ended: bool,
    by_line: bool,
}

impl Stdin {
    /// With `by_line`, the guest's pieces do not depend on the console's: each ends with a line, or where the guest has no
    /// more room.
    pub(crate) fn new(by_line: bool) -> Self {
        Self {
            bytes: Vec::new(),
            ended: false,
            by_line,
        }
    }

    /// What the guest has not taken yet.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes a piece from the console; an empty one is the end.
    pub(crate) fn arrive(&mut self, bytes: Vec<u8>) {
        self.ended |= bytes.is_empty();
        if self.bytes.is_empty() {
            self.bytes = bytes;
        } else {
            self.bytes.extend(bytes);
        }
    }

    /// The piece for a guest that has room for `target`, copied there; its length, 0 at the end. `None` if more has to arrive.
    pub(crate) fn take(&mut self, target: &mut [u8]) -> Option<usize> {
        let count = self.piece(target.len())?;
        target[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes.drain(..count);
        if count == 0 {
            self.ended = false;
        }
        Some(count)
    }

    fn piece(&self, room: usize) -> Option<usize> {
        let count = self.bytes.len().min(room);
        if !self.by_line {
            return (count > 0 || self.ended).then_some(count);
        }
        match self.bytes[..count].iter().position(|byte| *byte == b'\n') {
            Some(end) => Some(end + 1),
            None => (count == room || self.ended).then_some(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a guest reads that has room for `room` bytes, until its input ends.
    fn read(by_line: bool, room: usize, pieces: &[&str]) -> Vec<String> {
        let mut stdin = Stdin::new(by_line);
        let mut pieces = pieces.iter();
        let mut target = vec![0; room];
        let mut taken = Vec::new();
        loop {
            match stdin.take(&mut target) {
                Some(0) => return taken,
                Some(n) => taken.push(String::from_utf8(target[..n].to_vec()).unwrap()),
                None => {
                    let piece = pieces.next().copied().unwrap_or_default();
                    stdin.arrive(piece.into());
                }
            }
        }
    }

    #[test]
    fn pieces_pass_as_they_come() {
        assert_eq!(
            read(false, 4, &["ab\nc", "d", "efghij"]),
            ["ab\nc", "d", "efgh", "ij"]
        );
    }

    #[test]
    fn by_line_the_pieces_that_come_do_not_matter() {
        let expected = ["ab\n", "\n", "cdef", "gh"];
        assert_eq!(read(true, 4, &["ab\n\ncdefgh"]), expected);
        assert_eq!(read(true, 4, &["a", "b", "\n\nc", "def", "gh"]), expected);
        assert_eq!(read(true, 4, &["ab\n", "\ncdefg", "h"]), expected);
    }

    #[test]
    fn the_end_is_told_once_and_then_asked_for_again() {
        let mut stdin = Stdin::new(true);
        let mut target = [0; 4];
        stdin.arrive(b"x".to_vec());
        stdin.arrive(Vec::new());
        assert_eq!(stdin.take(&mut target), Some(1));
        assert_eq!(stdin.take(&mut target), Some(0));
        assert_eq!(stdin.take(&mut target), None);
    }
}
