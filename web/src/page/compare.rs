//! Whether a session printed what the page says it prints.

/// How what a session printed relates to what the page prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The same, byte for byte.
    Exact,
    /// The same but for what the page leaves open: white space at the ends of lines, blank lines around the output, the
    /// frames of tracebacks, and what `...` stands for.
    Equivalent,
    /// Something else.
    Different,
}

impl Match {
    /// Whether the output counts as reproduced.
    pub fn is_reproduced(self) -> bool {
        self != Self::Different
    }
}

/// Compares the output printed in a page with the output of a session.
///
/// As in `doctest`, of a traceback only the header and what follows the frames count, and `...` in `expected` stands for any
/// text.
pub fn compare(expected: &str, got: &str) -> Match {
    if expected == got {
        return Match::Exact;
    }
    if matches_with_gaps(&normalise(expected), &normalise(got)) {
        Match::Equivalent
    } else {
        Match::Different
    }
}

/// Takes away white space at the ends of lines, blank lines at both ends, and the frames of tracebacks.
fn normalise(text: &str) -> String {
    let mut lines = Vec::new();
    let mut frames: Option<Frames> = None;
    for line in text.lines().map(str::trim_end) {
        if frames.as_ref().is_some_and(|frames| frames.hold(line)) {
            continue;
        }
        frames = Frames::begin(line);
        // The place of a syntax error is a frame without a header: it goes, too.
        if !frames.as_ref().is_some_and(|frames| frames.headless) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The frames of a traceback, behind a margin of this many characters.
struct Frames {
    margin: usize,
    headless: bool,
}

impl Frames {
    const HEADER: &str = "Traceback (most recent call last):";
    const GROUP: &str = "Exception Group Traceback (most recent call last):";

    fn begin(line: &str) -> Option<Self> {
        let headless = line.starts_with("  File \"") && line.contains("\", line ");
        if headless {
            return Some(Self {
                margin: 0,
                headless,
            });
        }
        let margin = line.find(Self::GROUP).or_else(|| line.find(Self::HEADER))?;
        is_margin(&line[..margin]).then_some(Self { margin, headless })
    }

    /// Whether `line` belongs to the frames: it is indented behind the margin.
    fn hold(&self, line: &str) -> bool {
        let Some((margin, rest)) = line.split_at_checked(self.margin) else {
            return false;
        };
        is_margin(margin) && (rest.starts_with(' ') || rest == "...")
    }
}

/// The bars that draw an exception group's tree.
fn is_margin(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'|' | b'+'))
}

/// Whether `got` is `expected` with some text in place of each `...`.
fn matches_with_gaps(expected: &str, got: &str) -> bool {
    let Some((first, rest)) = expected.split_once("...") else {
        return expected == got;
    };
    let Some(mut got) = got.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split("...").collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match got.find(piece) {
            Some(at) => got = &got[at + piece.len()..],
            None => return false,
        }
    }
    got.ends_with(last)
}

#[cfg(test)]
mod tests;
