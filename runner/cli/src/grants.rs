//! Folders and variables that a program is granted: parsed and checked without looking at the machine.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use croquant_sandbox::{Access, Mount};

/// The guest's home and working folder.
pub(crate) const HOME: &str = "/home/user";

/// What is wrong with a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantError {
    #[error("`--dir {0}` names no folder")]
    NoFolder(String),
    #[error("`--dir {0}` has too many colons")]
    TooManyColons(String),
    #[error("`--dir {0}` would cover the guest's whole filesystem")]
    Root(String),
    #[error("two folders are mounted at `{0}`")]
    Twice(String),
    #[error("`--env {0}` is not `NAME=VALUE`")]
    Env(String),
    #[error("`{0}` is not UTF-8")]
    NotUtf8(String),
}

impl GrantError {
    /// How to mend it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NoFolder(_) => "write `--dir HOST[:GUEST][:ro|rw]`",
            Self::TooManyColons(_) => {
                "write `--dir HOST[:GUEST][:ro|rw]`, and `\\:` for a colon in HOST"
            }
            Self::Root(_) => "name a folder of the guest, as in `--dir /:/host`",
            Self::Twice(_) => "give each `--dir` its own GUEST, as in `--dir HOST:GUEST`",
            Self::Env(_) => "write the variable with its value, as in `--env LANG=C`",
            Self::NotUtf8(_) => "rename it: the guest's names are UTF-8",
        }
    }
}

/// `HOST[:GUEST][:ro|rw]`. Without GUEST the folder appears where it would if the guest's home were the working folder.
pub(crate) fn mount(text: &OsStr) -> Result<Mount, GrantError> {
    let text = utf8(text)?;
    let mut parts = split(text);
    let access = match parts.last().map(String::as_str) {
        Some("rw") if parts.len() > 1 => Some(Access::ReadWrite),
        Some("ro") if parts.len() > 1 => Some(Access::ReadOnly),
        _ => None,
    };
    if access.is_some() {
        parts.pop();
    }
    let (host, guest) = match parts.as_slice() {
        [host] => (host, host),
        [host, guest] => (host, guest),
        _ => return Err(GrantError::TooManyColons(text.to_owned())),
    };
    if host.is_empty() || guest.is_empty() {
        return Err(GrantError::NoFolder(text.to_owned()));
    }
    let guest = guest_path(Path::new(guest))?;
    if guest == "/" {
        return Err(GrantError::Root(text.to_owned()));
    }
    Ok(Mount::new(
        PathBuf::from(host),
        guest,
        access.unwrap_or(Access::ReadOnly),
    ))
}

/// All mounts, none over another's place.
pub(crate) fn mounts(texts: &[impl AsRef<OsStr>]) -> Result<Vec<Mount>, GrantError> {
    let mut mounts: Vec<Mount> = Vec::with_capacity(texts.len());
    for text in texts {
        let new = mount(text.as_ref())?;
        if mounts.iter().any(|old| old.guest == new.guest) {
            return Err(GrantError::Twice(new.guest));
        }
        mounts.push(new);
    }
    Ok(mounts)
}

/// `NAME=VALUE`.
pub(crate) fn variable(text: &OsStr) -> Result<(String, String), GrantError> {
    let text = utf8(text)?;
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(GrantError::Env(text.to_owned())),
    }
}

/// Where a path of the host appears in the guest: absolute paths where they are, relative ones in the guest's home.
/// `..` is taken away by name, as no link of the host means anything in the guest.
pub(crate) fn guest_path(path: &Path) -> Result<String, GrantError> {
    let mut parts: Vec<&str> = Vec::new();
    let joined = Path::new(HOME).join(path);
    for component in joined.components() {
        match component {
            Component::Normal(part) => parts.push(
                part.to_str()
                    .ok_or_else(|| GrantError::NotUtf8(path.display().to_string()))?,
            ),
            Component::ParentDir => {
                parts.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(format!("/{}", parts.join("/")))
}

/// The text, if it is UTF-8.
pub(crate) fn utf8(text: &OsStr) -> Result<&str, GrantError> {
    text.to_str()
        .ok_or_else(|| GrantError::NotUtf8(text.to_string_lossy().into_owned()))
}

/// Splits at colons, but not at `\:`, which stands for a colon.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let last = parts.len() - 1;
        match c {
            '\\' if chars.peek() == Some(&':') => {
                chars.next();
                parts[last].push(':');
            }
            ':' => parts.push(String::new()),
            other => parts[last].push(other),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, host: &str, guest: &str, access: Access) {
        let expected = Mount::new(host, guest, access);
        assert_eq!(mount(OsStr::new(text)), Ok(expected));
    }

    #[track_caller]
    fn check_error(text: &str, expected: fn(String) -> GrantError) {
        assert_eq!(mount(OsStr::new(text)), Err(expected(text.to_owned())));
    }

    #[test]
    fn a_folder_alone_is_read_only_at_its_own_place() {
        check(".", ".", "/home/user", Access::ReadOnly);
        check("data", "data", "/home/user/data", Access::ReadOnly);
        check("/srv/data", "/srv/data", "/srv/data", Access::ReadOnly);
        check("../other", "../other", "/home/other", Access::ReadOnly);
    }

    #[test]
    fn the_guest_path_is_absolute_or_in_the_home() {
        check("data:/mnt", "data", "/mnt", Access::ReadOnly);
        check("data:in/it", "data", "/home/user/in/it", Access::ReadOnly);
        check("/:/host", "/", "/host", Access::ReadOnly);
    }

    #[test]
    fn access_comes_last() {
        check("data:rw", "data", "/home/user/data", Access::ReadWrite);
        check("data:ro", "data", "/home/user/data", Access::ReadOnly);
        check("data:/mnt:rw", "data", "/mnt", Access::ReadWrite);
        check("rw", "rw", "/home/user/rw", Access::ReadOnly);
        check("ro:rw", "ro", "/home/user/ro", Access::ReadWrite);
    }

    #[test]
    fn a_colon_is_escaped() {
        check(r"a\:b:/mnt", "a:b", "/mnt", Access::ReadOnly);
        check(r"a\b", r"a\b", r"/home/user/a\b", Access::ReadOnly);
    }

    #[test]
    fn nonsense_is_refused() {
        check_error("", GrantError::NoFolder);
        check_error(":/mnt", GrantError::NoFolder);
        check_error("data:", GrantError::NoFolder);
        check_error("a:b:c", GrantError::TooManyColons);
        check_error("a:b:c:rw", GrantError::TooManyColons);
        check_error("/", GrantError::Root);
        check_error("data:/", GrantError::Root);
        check_error("data:/a/../..", GrantError::Root);
    }

    #[test]
    fn one_place_takes_one_folder() {
        assert_eq!(
            mounts(&["a:/mnt", "b:/mnt/"]),
            Err(GrantError::Twice("/mnt".to_owned()))
        );
        assert_eq!(mounts(&["a:/mnt", "b:/mnt/b"]).map(|m| m.len()), Ok(2));
    }

    #[test]
    fn variables() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(variable(OsStr::new("A=b")), pair("A", "b"));
        assert_eq!(variable(OsStr::new("A=")), pair("A", ""));
        assert_eq!(variable(OsStr::new("A=b=c")), pair("A", "b=c"));
        assert_eq!(variable(OsStr::new("A")), Err(GrantError::Env("A".into())));
        assert_eq!(
            variable(OsStr::new("=b")),
            Err(GrantError::Env("=b".into()))
        );
    }
}
