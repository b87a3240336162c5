//! Names that a mount hides: those that begin with a dot, and those that patterns exclude.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::trace::Reason;

/// What a mount hides.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    dotfiles: bool,
    excluded: Gitignore,
    /// Whether a pattern is about more than the last name, so that moving a folder would change what it matches.
    by_path: bool,
}

impl Names {
    /// The names that `patterns`, written as in a `.gitignore` file at the mount's root, exclude.
    ///
    /// # Errors
    /// The first pattern that is none, and why.
    pub(crate) fn new(dotfiles: bool, patterns: &[String]) -> Result<Self, (String, String)> {
        let mut builder = GitignoreBuilder::new("");
        let refuse = |pattern: &str, reason: String| (pattern.to_owned(), reason);
        // A folder of the host may not tell `A` from `a`; what is excluded stays so under every spelling.
        builder
            .case_insensitive(true)
            .map_err(|error| refuse("", error.to_string()))?;
        let mut by_path = false;
        for pattern in patterns {
            let bare = pattern.trim_end();
            if bare.is_empty() || bare.starts_with('#') || pattern.contains(['\n', '\0']) {
                return Err(refuse(pattern, "it matches nothing".into()));
            }
            builder.add_line(None, pattern).map_err(|error| {
                let ignore::Error::Glob { err, .. } = &error else {
                    return refuse(pattern, error.to_string());
                };
                refuse(pattern, err.clone())
            })?;
            by_path |= bare.trim_start_matches('!').trim_matches('/').contains('/');
        }
        let excluded = builder
            .build()
            .map_err(|error| refuse("", error.to_string()))?;
        Ok(Self {
            dotfiles,
            excluded,
            by_path,
        })
    }

    /// Whether nothing is hidden.
    pub(crate) fn is_empty(&self) -> bool {
        !self.dotfiles && self.excluded.is_empty()
    }

    pub(crate) fn by_path(&self) -> bool {
        self.by_path
    }

    /// Whether the last name of `path`, a path in the mount, is hidden. The folders that it lies in are not asked about.
    pub(crate) fn hides(&self, path: &Path, is_folder: bool) -> Option<Reason> {
        use std::os::unix::ffi::OsStrExt;
        let name = path.file_name()?.as_bytes();
        if self.dotfiles && name.starts_with(b".") {
            return Some(Reason::Dotfile);
        }
        self.excluded
            .matched(path, is_folder)
            .is_ignore()
            .then_some(Reason::Excluded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &Names, path: &str, is_folder: bool, expected: Option<Reason>) {
        assert_eq!(names.hides(Path::new(path), is_folder), expected, "{path}");
    }

    fn names(dotfiles: bool, patterns: &[&str]) -> Names {
        let patterns: Vec<_> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        Names::new(dotfiles, &patterns).unwrap()
    }

    #[test]
    fn dotfiles() {
        let hidden = names(true, &[]);
        check(&hidden, ".env", false, Some(Reason::Dotfile));
        check(&hidden, "a/.git", true, Some(Reason::Dotfile));
        check(&hidden, "..data", false, Some(Reason::Dotfile));
        check(&hidden, "a.env", false, None);
        check(&names(false, &[]), ".env", false, None);
        assert!(names(false, &[]).is_empty() && !hidden.is_empty());
    }

    #[test]
    fn patterns_are_those_of_gitignore() {
        let hidden = names(false, &["*.key", "/top", "build/", "a/**/z", "!open.key"]);
        let out = Some(Reason::Excluded);
        check(&hidden, "x.key", false, out);
        check(&hidden, "d/e/x.key", false, out);
        check(&hidden, "open.key", false, None);
        check(&hidden, "top", false, out);
        check(&hidden, "d/top", false, None);
        check(&hidden, "build", true, out);
        check(&hidden, "build", false, None);
        check(&hidden, "a/b/c/z", false, out);
        check(&hidden, "x.keys", false, None);
    }

    #[test]
    fn case_hides_nothing_from_a_pattern() {
        let hidden = names(false, &["Secret.Key"]);
        check(&hidden, "secret.key", false, Some(Reason::Excluded));
        check(&hidden, "SECRET.KEY", false, Some(Reason::Excluded));
    }

    #[test]
    fn patterns_with_folders_in_them_are_known() {
        for (pattern, by_path) in [
            ("*.key", false),
            ("build/", false),
            ("/top", false),
            ("a/b", true),
        ] {
            assert_eq!(names(false, &[pattern]).by_path(), by_path, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for pattern in ["", "  ", "# note", "a{b"] {
            let wrong = Names::new(false, &[pattern.to_owned()]).map(|_| ());
            assert_eq!(wrong.unwrap_err().0, pattern);
        }
    }
}
