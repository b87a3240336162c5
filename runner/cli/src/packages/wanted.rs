//! What the flags say about packages. Pure: no file is touched.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::flags::PackageFlags;
use crate::grants::{GrantError, utf8};

/// What was asked for on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// `--with`, one requirement each, as typed.
    pub(crate) with: Vec<String>,
    /// `--requirement`.
    pub(crate) requirements: Vec<PathBuf>,
    /// `--find-links`: folders, or addresses.
    pub(crate) find_links: Vec<String>,
    /// Ask no server.
    pub(crate) offline: bool,
    /// Resolve again what an earlier run resolved.
    pub(crate) refresh: bool,
    /// Whether the script's own metadata counts.
    pub(crate) metadata: bool,
}

impl Wanted {
    /// Whether the flags alone ask for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.with.is_empty() && self.requirements.is_empty()
    }
}

/// Takes the flags apart.
///
/// # Errors
/// A requirement that is not UTF-8.
pub(crate) fn wanted(flags: &PackageFlags) -> Result<Wanted, GrantError> {
    let texts = |words: &[OsString]| -> Result<Vec<String>, GrantError> {
        words
            .iter()
            .map(|word| utf8(word).map(str::to_owned))
            .collect()
    };
    Ok(Wanted {
        with: texts(&flags.with)?
            .iter()
            .flat_map(|text| split(text))
            .collect(),
        requirements: flags.requirement.iter().map(PathBuf::from).collect(),
        find_links: texts(&flags.find_links)?,
        offline: flags.offline,
        refresh: flags.refresh,
        metadata: !flags.no_metadata,
    })
}

/// Splits at the commas between requirements, and not at those within one: in a range of versions, in brackets, in quotes.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quote) = (0_u32, None);
    for (at, c) in text.char_indices() {
        match c {
            _ if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            '[' | '(' if quote.is_none() => depth += 1,
            ']' | ')' if quote.is_none() => depth = depth.saturating_sub(1),
            ',' if quote.is_none() && depth == 0 => {
                let next = text[at + 1..].trim_start().chars().next();
                if next.is_none_or(|c| c.is_alphanumeric() || matches!(c, '.' | '/' | '_')) {
                    parts.push(String::new());
                    continue;
                }
            }
            _ => {}
        }
        parts.last_mut().expect("there is always one").push(c);
    }
    parts.retain(|part| !part.trim().is_empty());
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split(text), expected);
    }

    #[test]
    fn commas_between_requirements_separate() {
        check("rich", &["rich"]);
        check("rich,click", &["rich", "click"]);
        check("rich, click ,", &["rich", "click"]);
        check("rich,./a.whl,/b.whl", &["rich", "./a.whl", "/b.whl"]);
        check("", &[]);
        check(" , ", &[]);
    }

    #[test]
    fn commas_within_a_requirement_do_not() {
        check("rich>=13,<15,click", &["rich>=13,<15", "click"]);
        check("rich >=13, !=14", &["rich >=13, !=14"]);
        check("httpx[http2,cli],rich", &["httpx[http2,cli]", "rich"]);
        check("a (>=1,<2), b", &["a (>=1,<2)", "b"]);
        check("a; os_name in 'x,y', b", &["a; os_name in 'x,y'", "b"]);
    }
}
