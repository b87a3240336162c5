//! Where croquant keeps its state, by the XDG base directory specification.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The user's state folder for croquant. It need not be there.
///
/// # Errors
/// Nothing says where it is.
pub(crate) fn folder() -> io::Result<PathBuf> {
    by(|name| std::env::var_os(name).map(PathBuf::from))
        .ok_or_else(|| io::Error::other("neither `XDG_STATE_HOME` nor `HOME` is set"))
}

/// Makes a folder, with those above it, where it is missing; nobody else looks into it.
///
/// # Errors
/// What the disk says.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn by(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |path: &PathBuf| path.is_absolute();
    let base = variable("XDG_STATE_HOME")
        .filter(absolute)
        .or_else(|| Some(variable("HOME").filter(absolute)?.join(".local/state")))?;
    Some(base.join("croquant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_follows_xdg() {
        let with = |state: Option<&str>, home: Option<&str>| {
            by(|name| if name == "HOME" { home } else { state }.map(PathBuf::from))
        };
        let state = "/h/.local/state/croquant";
        assert_eq!(with(Some("/s"), Some("/h")), Some("/s/croquant".into()));
        assert_eq!(with(None, Some("/h")), Some(state.into()));
        assert_eq!(with(Some("s"), Some("/h")), Some(state.into()));
        assert_eq!(with(None, None), None);
    }
}
