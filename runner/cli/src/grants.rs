//! Folders and variables that a program is granted: parsed and checked without looking at the machine.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use croquant_sandbox::{Access, Mount, MountRules, Quota};

use crate::units;

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
    #[error("`--dir {0}` has an option that there is not: `{1}`")]
    Option(String, String),
    #[error("`--dir {0}` gives a quota to a folder that is read-only")]
    ReadOnlyQuota(String),
    #[error("two folders are mounted at `{0}`")]
    Twice(String),
    #[error("`--env {0}` names no variable")]
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
            Self::Option(..) => {
                "after `ro` or `rw` come `,quota=SIZE`, `,files=NUMBER`, `,exclude=PATTERN` and `,hide-dotfiles`"
            }
            Self::ReadOnlyQuota(_) => "let the program write with `:rw`, or leave the quota out",
            Self::Root(_) => "name a folder of the guest, as in `--dir /:/host`",
            Self::Twice(_) => "give each `--dir` its own GUEST, as in `--dir HOST:GUEST`",
            Self::Env(_) => {
                "write `--env NAME=VALUE`, or `--env NAME` to hand on the value that it has here"
            }
            Self::NotUtf8(_) => {
                "write it in UTF-8; names, arguments and variables of the guest are"
            }
        }
    }
}

/// `HOST[:GUEST][:ro|rw]`. Without GUEST the folder appears where it would if the guest's home were the working folder.
pub(crate) fn mount(text: &OsStr) -> Result<Mount, GrantError> {
    let text = utf8(text)?;
    let mut parts = split(text);
    let options = match parts.last() {
        Some(last) if parts.len() > 1 && is_access(last) => parts.pop(),
        _ => None,
    };
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
    let mut mount = Mount::new(PathBuf::from(host), guest, Access::ReadOnly);
    if let Some(options) = options {
        set_options(&mut mount, &options, text)?;
    }
    Ok(mount)
}

/// Whether the last part of a `--dir` says what may be done, and not where.
fn is_access(part: &str) -> bool {
    matches!(part.split(',').next(), Some("ro" | "rw"))
}

/// `ro|rw[,OPTION…]`.
fn set_options(mount: &mut Mount, options: &str, text: &str) -> Result<(), GrantError> {
    let wrong = |option: &str| GrantError::Option(text.to_owned(), option.to_owned());
    for option in options.split(',') {
        let rules = &mut mount.rules;
        match option.split_once('=').unwrap_or((option, "")) {
            ("ro", "") => mount.access = Access::ReadOnly,
            ("rw", "") => mount.access = Access::ReadWrite,
            ("hide-dotfiles", "") => rules.hide_dotfiles = true,
            ("exclude", pattern) if !pattern.is_empty() => rules.exclude.push(pattern.to_owned()),
            ("quota", size) => rules.quota.bytes = units::size(size).map_err(|_| wrong(option))?,
            ("files", number) => {
                rules.quota.files = units::count(number).map_err(|_| wrong(option))?;
            }
            _ => return Err(wrong(option)),
        }
    }
    if mount.access == Access::ReadOnly && mount.rules.quota != Quota::default() {
        return Err(GrantError::ReadOnlyQuota(text.to_owned()));
    }
    Ok(())
}

/// All mounts, each with what is hidden in all, none over another's place.
pub(crate) fn mounts(
    texts: &[impl AsRef<OsStr>],
    hidden: &MountRules,
) -> Result<Vec<Mount>, GrantError> {
    let mut mounts: Vec<Mount> = Vec::with_capacity(texts.len());
    for text in texts {
        let mut new = mount(text.as_ref())?;
        new.rules.hide_dotfiles |= hidden.hide_dotfiles;
        new.rules.exclude.extend_from_slice(&hidden.exclude);
        if mounts.iter().any(|old| old.guest == new.guest) {
            return Err(GrantError::Twice(new.guest));
        }
        mounts.push(new);
    }
    Ok(mounts)
}

/// A variable of the program's environment: its name and its value, `None` for the one that it has on the host.
pub(crate) type Variable = (String, Option<String>);

/// `NAME=VALUE`, or `NAME`.
pub(crate) fn variable(text: &OsStr) -> Result<Variable, GrantError> {
    let text = utf8(text)?;
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    if name.is_empty() {
        return Err(GrantError::Env(text.to_owned()));
    }
    Ok((name.to_owned(), value))
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
    fn options_follow_the_access() {
        let rules = |text: &str| mount(OsStr::new(text)).map(|mount| mount.rules);
        let expected = MountRules {
            hide_dotfiles: true,
            exclude: vec!["*.key".into(), "build/".into()],
            quota: Quota {
                bytes: 10 << 20,
                files: 7,
            },
        };
        let text = "data:rw,quota=10M,files=7,exclude=*.key,exclude=build/,hide-dotfiles";
        assert_eq!(rules(text), Ok(expected));
        assert_eq!(
            rules("data:ro,hide-dotfiles").map(|rules| rules.hide_dotfiles),
            Ok(true)
        );
        for (text, option) in [
            ("d:rw,quota=much", "quota=much"),
            ("d:rw,size=1", "size=1"),
            ("d:rw,", ""),
            ("d:ro,exclude=", "exclude="),
        ] {
            let wrong = Err(GrantError::Option(text.into(), option.into()));
            assert_eq!(rules(text), wrong);
        }
        let text = "d:ro,quota=1M";
        assert_eq!(rules(text), Err(GrantError::ReadOnlyQuota(text.into())));
    }

    #[test]
    fn what_is_hidden_in_all_is_hidden_in_each() {
        let hidden = MountRules {
            hide_dotfiles: true,
            exclude: vec!["*.key".into()],
            ..MountRules::default()
        };
        let mounts = mounts(&["a", "b:rw,exclude=x"], &hidden).unwrap();
        assert!(mounts.iter().all(|mount| mount.rules.hide_dotfiles));
        assert_eq!(mounts[1].rules.exclude, ["x", "*.key"]);
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
            mounts(&["a:/mnt", "b:/mnt/"], &MountRules::default()),
            Err(GrantError::Twice("/mnt".to_owned()))
        );
        assert_eq!(
            mounts(&["a:/mnt", "b:/mnt/b"], &MountRules::default()).map(|m| m.len()),
            Ok(2)
        );
    }

    #[test]
    fn variables() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), Some(value.to_owned())));
        assert_eq!(variable(OsStr::new("A=b")), pair("A", "b"));
        assert_eq!(variable(OsStr::new("A=")), pair("A", ""));
        assert_eq!(variable(OsStr::new("A=b=c")), pair("A", "b=c"));
        assert_eq!(variable(OsStr::new("A")), Ok(("A".into(), None)));
        for wrong in ["=b", ""] {
            let error = Err(GrantError::Env(wrong.into()));
            assert_eq!(variable(OsStr::new(wrong)), error);
        }
    }
}
