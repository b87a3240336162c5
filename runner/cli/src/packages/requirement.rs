//! What a script may ask for: packages by name and versions, as the specification "Dependency specifiers" (PEP 508) has them, without
//! its references to places.
//!
//! The script is not trusted, and its requirements are handed to a program outside the sandbox: what is not plainly a name with
//! versions is refused here.

use std::str::FromStr as _;

use pep440_rs::VersionSpecifiers;

/// What is wrong with a requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequirementError {
    #[error("`{0}` names a place")]
    Place(String),
    #[error("`{0}` is no requirement")]
    Malformed(String),
}

impl RequirementError {
    /// How to mend it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Place(_) => {
                "a script names its packages by name and version; fetch this one yourself, and give its folder with `--find-links`"
            }
            Self::Malformed(_) => {
                "write a name, and versions if you like, as in `rich` or `rich >=13,<15`"
            }
        }
    }
}

/// Whether `text` is `name[extras] versions; marker`.
///
/// # Errors
/// That it is not.
pub(crate) fn check(text: &str) -> Result<(), RequirementError> {
    let malformed = || RequirementError::Malformed(text.escape_default().to_string());
    let (before, marker) = match text.split_once(';') {
        Some((before, marker)) => (before, Some(marker)),
        None => (text, None),
    };
    if before.contains(['@', '/', ':']) {
        return Err(RequirementError::Place(text.escape_default().to_string()));
    }
    let rest = identifier(before.trim()).ok_or_else(malformed)?.trim();
    let versions = match rest.strip_prefix('[') {
        Some(extras) => {
            let (extras, versions) = extras.split_once(']').ok_or_else(malformed)?;
            let known = |extra: &str| identifier(extra.trim()) == Some("");
            if !extras.trim().is_empty() && !extras.split(',').all(known) {
                return Err(malformed());
            }
            versions.trim()
        }
        None => rest,
    };
    let versions = match versions.strip_prefix('(') {
        Some(inside) => inside.strip_suffix(')').ok_or_else(malformed)?,
        None => versions,
    };
    let clean = |c: char| c.is_ascii_alphanumeric() || " .,<>=!~*+-_".contains(c);
    if !versions.chars().all(clean) || VersionSpecifiers::from_str(versions).is_err() {
        return Err(malformed());
    }
    match marker {
        Some(marker) if !is_marker(marker) => Err(malformed()),
        _ => Ok(()),
    }
}

/// What follows the name at the beginning of `text`.
fn identifier(text: &str) -> Option<&str> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let end = text.find(|c| !inner(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let ends = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    ends.then_some(rest)
}

/// Only signs that a marker is made of: no line's end or continuation, no comment, no option, no variable. uv reads what it says.
fn is_marker(marker: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._'\"<>=!~(),+*-".contains(c);
    !marker.trim().is_empty() && marker.chars().all(allowed) && !marker.contains(" -")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_versions_are_requirements() {
        for text in [
            "rich",
            "rich>=13",
            "rich >= 13, < 15",
            "rich (>=13)",
            "zope.interface~=6.0",
            "httpx[http2]",
            "httpx[http2, cli] ==0.27.*",
            "a[]",
            "a; python_version < '3.13'",
            "a>=1 ; os_name == \"posix\" and (extra == 'x' or platform_machine != 'arm64')",
            "a===1.0+local-1",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for text in [
            "",
            "-e .",
            "-r other.txt",
            "--index-url=x",
            ".hidden",
            "a-",
            "a b",
            "a>=",
            "a>=x.y",
            "a[b",
            "a[b c]",
            "a (>=1",
            "a;",
            "a\n--index-url x",
            "a >=1\\",
            "a >=1 # x",
            "a; os_name == 'x'\n-r b",
            "a; os_name == '${HOME}'",
            "a; os_name == 'x' --hash=sha256",
            "a; os_name == 'x' \\",
        ] {
            assert!(
                matches!(check(text), Err(RequirementError::Malformed(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn places_are_refused() {
        for text in [
            "a @ https://example.org/a.whl",
            "a @ file:///etc/passwd",
            "a@git+ssh://example.org/a",
            "git+https://example.org/a",
            "./a.whl",
            "/a.whl",
        ] {
            assert!(
                matches!(check(text), Err(RequirementError::Place(_))),
                "{text}"
            );
        }
    }
}
