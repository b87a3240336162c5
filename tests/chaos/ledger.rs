//! What a reader was told of each cell, and what must therefore be in the session, may be, and must not.

/// One session's book. A cell is known by its number, which no other cell has, in whatever session.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// What the session prints at the beginning of each line.
    secret: String,
    /// What was seen to be in the session, in order.
    done: Vec<u64>,
    /// Cells since, of whose end nothing was heard, or that were interrupted: each may be in the session, once, or not.
    unheard: Vec<u64>,
    /// How often the generator was turned by cells that were interrupted before they came to the list.
    ahead: u64,
    /// The reader was told that the session ends with its server, in answer to this cell.
    risk_told_at: Option<u64>,
    /// The machine was such that the session may be lost, if its reader is told.
    may_be_lost: bool,
    pub(crate) violations: Vec<String>,
}

/// How a cell ended, as its reader was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// It was answered, with this number, and has printed this.
    Done { count: u64, printed: String },
    /// It is as if it had never been.
    Undone,
    /// It was stopped somewhere in the middle, or nothing was heard of it.
    Unheard,
}

impl Ledger {
    pub(crate) fn new(secret: String) -> Self {
        Self {
            secret,
            done: Vec::new(),
            unheard: Vec::new(),
            ahead: 0,
            risk_told_at: None,
            may_be_lost: false,
            violations: Vec::new(),
        }
    }

    /// A cell that adds its number to the session's list, turns its generator, and prints all of it. It begins the session where that is
    /// new, keeps `bytes` that the next cell looks at, and works for `turns`.
    pub(crate) fn cell(&self, number: u64, bytes: u64, turns: u64) -> String {
        let secret = &self.secret;
        format!(
            "\
try:
    log
except NameError:
    import random
    def count():
        n = 0
        while True:
            n += 1
            yield n
    secret, counter, kept, log = '{secret}', count(), (0, b''), []
assert kept[1] == random.Random(kept[0]).randbytes(len(kept[1])), 'not what was kept'
for _ in range({turns}): pass
kept = {number}, random.Random({number}).randbytes({bytes})
position = next(counter)
log.append({number})
print(secret, position, *log)"
        )
    }

    /// The store has failed in such a way that this session may be lost.
    pub(crate) fn may_be_lost(&mut self) {
        self.may_be_lost = true;
    }

    /// The reader was told, while this cell ran, that the session cannot be stored.
    pub(crate) fn told_risk(&mut self, cell: u64) {
        self.risk_told_at = Some(cell);
    }

    /// The store was well when a later cell was stored.
    pub(crate) fn is_stored(&mut self, cell: u64) {
        if self.risk_told_at.is_some_and(|told| told < cell) {
            self.risk_told_at = None;
        }
    }

    /// The reader was told, in these words, that the session is lost and that a new one begins. Returns whether there was anything in it.
    pub(crate) fn told_lost(&mut self, words: &str) -> bool {
        let had = !self.done.is_empty();
        if had && !self.may_be_lost && self.risk_told_at.is_none() {
            self.violate(&format!("the session was lost: {words:?}"));
        }
        // What was not heard of may be in the new session: the loss may have been told before.
        self.done.clear();
        self.ahead = 0;
        self.risk_told_at = None;
        self.may_be_lost = false;
        had
    }

    pub(crate) fn end(&mut self, number: u64, end: End) {
        match end {
            End::Undone => {}
            End::Unheard => self.unheard.push(number),
            End::Done { count, printed } => {
                if let Err(why) = self.read(number, count, &printed) {
                    self.violate(&format!("cell {number}, {why}, printed {printed:?}"));
                }
            }
        }
    }

    /// Compares what the session has with what it must have.
    fn read(&mut self, number: u64, count: u64, printed: &str) -> Result<(), String> {
        let mut words = printed.split_whitespace();
        if words.next() != Some(&self.secret) {
            return Err("not of this session".to_owned());
        }
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        let Some([position, log @ ..]) = numbers.as_deref() else {
            return Err("with unknown words".to_owned());
        };
        let length = log.len() as u64;
        let most = length + self.ahead + self.unheard.len() as u64;
        let compared = self.compare(number, log);
        self.done = log.to_vec();
        self.unheard.clear();
        self.ahead = position.saturating_sub(length);
        compared?;
        if !(length..=most).contains(position) {
            return Err(format!("with the generator at {position} of {length}"));
        }
        if count < length {
            return Err(format!("the {count}th of {length}"));
        }
        Ok(())
    }

    fn compare(&self, number: u64, log: &[u64]) -> Result<(), String> {
        let Some((last, before)) = log.split_last() else {
            return Err("not in the list".to_owned());
        };
        if *last != number {
            return Err("not the last in the list".to_owned());
        }
        let Some(later) = before.strip_prefix(self.done.as_slice()) else {
            let same = self.done.iter().zip(before);
            let same = same.take_while(|(one, other)| one == other).count();
            let lost = self.done.len() - same;
            return Err(format!(
                "{lost} completed cells are lost from {} on",
                self.done[same]
            ));
        };
        // In order, each at most once.
        let mut unheard = self.unheard.iter();
        match later
            .iter()
            .find(|cell| !unheard.any(|other| other == *cell))
        {
            Some(cell) => Err(format!("with {cell}, which was undone or is there twice")),
            None => Ok(()),
        }
    }

    /// Notes what must never be.
    pub(crate) fn violate(&mut self, what: &str) {
        let Self {
            secret,
            done,
            unheard,
            risk_told_at,
            may_be_lost,
            ..
        } = self;
        self.violations.push(format!(
            "{secret}: {what}\n    known {done:?}, unheard {unheard:?}, risk told at {risk_told_at:?}, may be lost: {may_be_lost}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Ledger};

    /// Cells 1 and 2 were seen, 3 was undone, 4 and 5 were not heard of; now cell 6 is answered.
    #[track_caller]
    fn check(printed: &str, violation: Option<&str>) {
        let mut ledger = Ledger::new("own".to_owned());
        let done = |count, printed: &str| End::Done {
            count,
            printed: printed.to_owned(),
        };
        ledger.end(1, done(1, "own 1 1\n"));
        ledger.end(2, done(2, "own 2 1 2\n"));
        ledger.end(3, End::Undone);
        ledger.end(4, End::Unheard);
        ledger.end(5, End::Unheard);
        assert_eq!(ledger.violations, Vec::<String>::new());
        ledger.end(6, done(5, printed));
        match violation {
            None => assert_eq!(ledger.violations, Vec::<String>::new()),
            Some(part) => assert!(
                matches!(&ledger.violations[..], [one] if one.contains(part)),
                "{:?} without {part:?}",
                ledger.violations
            ),
        }
    }

    #[test]
    fn the_book_takes_what_may_be() {
        for printed in [
            "own 3 1 2 6",
            "own 4 1 2 4 6",
            "own 4 1 2 5 6",
            "own 5 1 2 4 5 6",
        ] {
            check(printed, None);
        }
        // One was interrupted.
        check("own 4 1 2 6", None);
    }

    #[test]
    fn the_book_tells_what_must_not_be() {
        check("own 1 6", Some("2 completed cells are lost from 1 on"));
        check("own 2 1 6", Some("1 completed cells are lost from 2 on"));
        check("own 2 2 6", Some("2 completed cells are lost from 1 on"));
        check("own 4 1 2 3 6", Some("with 3,"));
        check("own 4 1 2 2 6", Some("with 2,"));
        check("own 5 1 2 4 4 6", Some("with 4,"));
        check("own 5 1 2 5 4 6", Some("with 4,"));
        check("own 4 1 2 6 6", Some("with 6,"));
        check("own 2 1 2", Some("not the last"));
        check("own 0", Some("not in the list"));
        check("own 6 1 2 6", Some("the generator at 6 of 3"));
        check("own 2 1 2 6", Some("the generator at 2 of 3"));
        check("another 3 1 2 6", Some("not of this session"));
        check("", Some("not of this session"));
        check("own 3 1 2 6\nown", Some("unknown words"));
    }

    #[test]
    fn a_loss_must_be_told_and_have_a_reason() {
        let mut ledger = Ledger::new("own".to_owned());
        let done = |count, printed: &str| End::Done {
            count,
            printed: printed.to_owned(),
        };
        ledger.end(1, done(1, "own 1 1"));
        ledger.told_risk(1);
        assert!(ledger.told_lost("gone"));
        ledger.end(2, done(1, "own 1 2"));
        ledger.may_be_lost();
        assert!(ledger.told_lost("gone"));
        assert!(!ledger.told_lost("gone"));
        ledger.end(3, done(1, "own 1 3"));
        assert_eq!(ledger.violations, Vec::<String>::new());
        ledger.told_risk(3);
        ledger.is_stored(4);
        ledger.told_lost("gone");
        assert!(ledger.violations[0].contains("the session was lost"));
    }
}
