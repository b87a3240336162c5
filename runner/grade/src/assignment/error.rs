//! What is wrong with an assignment, said to its author: where, what, and how to mend it.

use std::fmt;
use std::ops::Range;

/// Everything that is wrong with an assignment, as far as it could be found out at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentError {
    /// The file or folder, as it was given.
    pub file: String,
    /// What is wrong, in the file's order; never empty.
    pub wrongs: Vec<Wrong>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What it is.
    pub message: String,
    /// How to mend it.
    pub hint: String,
    /// The line that it is in, from 1; 0 if it is in no line.
    pub line: usize,
    /// The part of that line, if it is known.
    pub excerpt: Option<Excerpt>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's text.
    pub text: String,
    /// The first character of the part, from 1.
    pub column: usize,
    /// How many characters it has, at least 1.
    pub width: usize,
}

impl AssignmentError {
    /// An error that is in no line of a file.
    pub(crate) fn whole(file: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            wrongs: vec![Wrong::in_line(0, message, hint)],
        }
    }
}

impl Wrong {
    /// In a line, as a whole.
    pub(crate) fn in_line(
        line: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
            line,
            excerpt: None,
        }
    }

    /// At a place in `text`: bytes, cut off at the end of their first line.
    pub(crate) fn at(
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let start = floor(text, span.start);
        let before = &text[..start];
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
        let last = floor(text, span.end.clamp(start, end));
        Self {
            message: message.into(),
            hint: hint.into(),
            line: line_of(text, start),
            excerpt: Some(Excerpt {
                text: text[begin..end].trim_end().to_owned(),
                column: text[begin..start].chars().count() + 1,
                width: text[start..last].chars().count().max(1),
            }),
        }
    }
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..floor(text, at)].matches('\n').count() + 1
}

/// The last place at or before `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl std::error::Error for AssignmentError {}

impl fmt::Display for AssignmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, wrong) in self.wrongs.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{}:{wrong}", self.file)?;
        }
        Ok(())
    }
}

impl fmt::Display for Wrong {
    /// What follows the file's name and its colon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.excerpt) {
            (0, _) => write!(f, " {}", self.message)?,
            (line, None) => write!(f, "{line}: {}", self.message)?,
            (line, Some(excerpt)) => {
                writeln!(f, "{line}:{}: {}", excerpt.column, self.message)?;
                excerpt.write(f, line)?;
            }
        }
        write!(f, "\nhint: {}", self.hint)
    }
}

impl Excerpt {
    /// The line with its number, and marks beneath the part. Of a long line, what is near the part.
    fn write(&self, f: &mut fmt::Formatter<'_>, line: usize) -> fmt::Result {
        const SHOWN: usize = 100;
        let skipped = (self.column - 1).saturating_sub(SHOWN / 2);
        let shown: String = self.text.chars().skip(skipped).take(SHOWN).collect();
        let before = self.column - 1 - skipped;
        // Tabs stay, so that the marks stand where the part does.
        let indent: String = shown
            .chars()
            .take(before)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let number = line.to_string();
        let marks = "^".repeat(self.width.min(SHOWN - before));
        writeln!(f, "  {number} | {shown}")?;
        write!(f, "  {:1$} | {indent}{marks}", "", number.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, span: Range<usize>, expected: &str) {
        let error = AssignmentError {
            file: "assignment.toml".into(),
            wrongs: vec![Wrong::at(text, span, "wrong", "mend it")],
        };
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_place_is_shown() {
        check(
            "a = 1\npoint = 3\n",
            6..11,
            "assignment.toml:2:1: wrong\n  2 | point = 3\n    | ^^^^^\nhint: mend it",
        );
    }

    #[test]
    fn characters_are_counted_and_tabs_kept() {
        check(
            "\té = 1",
            6..7,
            "assignment.toml:1:6: wrong\n  1 | \té = 1\n    | \t    ^\nhint: mend it",
        );
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        check(
            "a",
            9..12,
            "assignment.toml:1:2: wrong\n  1 | a\n    |  ^\nhint: mend it",
        );
    }

    #[test]
    fn what_is_in_no_line_has_no_place() {
        let error = AssignmentError::whole("folder", "there are no tests", "add one");
        assert_eq!(
            error.to_string(),
            "folder: there are no tests\nhint: add one"
        );
    }
}
