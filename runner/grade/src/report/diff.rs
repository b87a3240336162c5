//! A line diff of what was expected and what came, with visible whitespace.

use super::text::visible;
use similar::{ChangeTag, TextDiff};

/// More lines than this on a side are not compared: the time for it grows with their product.
const LINES: usize = 400;

/// What a line of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Expected, and missing.
    Expected,
    /// Not expected.
    Actual,
    /// In both.
    Both,
}

impl Side {
    /// The sign before the line.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Expected => '-',
            Self::Actual => '+',
            Self::Both => ' ',
        }
    }
}

/// The lines of a diff, or none if neither side has two lines, or one has too many.
pub(super) fn diff(expected: &str, actual: &str) -> Vec<(Side, String)> {
    let counts = [expected.lines().count(), actual.lines().count()];
    if counts.iter().all(|&count| count < 2) || counts.iter().any(|&count| count > LINES) {
        return Vec::new();
    }
    TextDiff::from_lines(expected, actual)
        .iter_all_changes()
        .map(|change| match change.tag() {
            ChangeTag::Delete => (Side::Expected, visible(change.value())),
            ChangeTag::Insert => (Side::Actual, visible(change.value())),
            ChangeTag::Equal => (Side::Both, change.value().trim_end_matches('\n').to_owned()),
        })
        .collect()
}
