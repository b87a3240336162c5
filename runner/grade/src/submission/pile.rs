//! Files as they come in, one after the other, within what a submission may be.

use std::collections::BTreeMap;

use super::{Found, unreadable};
use crate::{Problem, paths};

/// The most files that a submission has: each is copied into each session that grades it.
pub(super) const MAX_FILES: usize = 500;

/// The most bytes that all of a submission's files have together, for the same reason.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// Files and what there is to say of them.
#[derive(Default)]
pub(super) struct Pile {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) notes: Vec<String>,
    bytes: usize,
}

impl Pile {
    /// Puts a file on the pile, unless it is none that is handed in.
    pub(super) fn add(&mut self, path: &str, content: Vec<u8>) -> Result<(), Problem> {
        let path = paths::clean(path).map_err(|what| {
            let hint = "names are relative, with `/`, and beneath the submission's folder";
            unreadable(format!("the path `{}` {what}", path.escape_debug()), hint)
        })?;
        if is_litter(&path) {
            return Ok(());
        }
        if is_compiled(&path) {
            self.notes
                .push(format!("`{path}` was left out: only source is graded"));
            return Ok(());
        }
        self.room(content.len())?;
        self.bytes += content.len();
        if self.files.insert(path.clone(), content).is_some() {
            let message = format!("there are two files `{path}`");
            return Err(unreadable(message, "hand in one of them"));
        }
        Ok(())
    }

    /// Whether there is room for one more file of so many bytes.
    pub(super) fn room(&self, bytes: usize) -> Result<(), Problem> {
        if self.files.len() >= MAX_FILES {
            return Err(too_many());
        }
        if self.bytes.saturating_add(bytes) > MAX_BYTES {
            return Err(too_large());
        }
        Ok(())
    }

    /// How many bytes there is room for.
    pub(super) fn left(&self) -> usize {
        MAX_BYTES - self.bytes
    }

    /// The files in the order of their paths, and the notes.
    pub(super) fn files(self) -> Result<Found, Problem> {
        for path in self.files.keys() {
            let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
            for folder in folders {
                if self.files.contains_key(folder) {
                    return Err(unreadable(
                        format!("`{folder}` is a file and a folder at once"),
                        "pack the archive anew",
                    ));
                }
            }
        }
        Ok((self.files.into_iter().collect(), self.notes))
    }
}

pub(super) fn too_many() -> Problem {
    unreadable(
        format!("it has more than {MAX_FILES} files"),
        "hand in the source alone, without environments and results",
    )
}

pub(super) fn too_large() -> Problem {
    unreadable(
        format!("its files are larger than {} MiB", MAX_BYTES >> 20),
        "hand in the source alone, without data and results",
    )
}

/// What systems and tools leave behind: hidden files, caches.
pub(super) fn is_litter(path: &str) -> bool {
    path.split('/')
        .any(|part| part.starts_with('.') || ["__pycache__", "__MACOSX"].contains(&part))
}

fn is_compiled(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let ends = [".pyc", ".pyo", ".so", ".pyd", ".pth"];
    ends.iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_in_order_and_litter_is_not() {
        let mut pile = Pile::default();
        for path in [
            "b.py",
            "./a.py",
            ".git/config",
            "__pycache__/a.pyc",
            "x.pyc",
        ] {
            pile.add(path, b"x".to_vec()).unwrap();
        }
        let (files, notes) = pile.files().unwrap();
        let paths: Vec<_> = files.into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["a.py", "b.py"]);
        assert_eq!(notes, ["`x.pyc` was left out: only source is graded"]);
    }

    #[track_caller]
    fn refused(files: &[(&str, usize)], expected: &str) {
        let mut pile = Pile::default();
        let added = files
            .iter()
            .try_for_each(|(path, size)| pile.add(path, vec![b'x'; *size]));
        let problem = added.and_then(|()| pile.files().map(drop)).unwrap_err();
        assert!(problem.message.contains(expected), "{}", problem.message);
    }

    #[test]
    fn what_no_submission_has_is_refused() {
        refused(
            &[("../a.py", 1)],
            "the path `../a.py` leads out of its folder",
        );
        refused(&[("a.py", 1), ("./a.py", 1)], "there are two files `a.py`");
        refused(
            &[("a", 1), ("a/b.py", 1)],
            "`a` is a file and a folder at once",
        );
        refused(
            &[("a", MAX_BYTES), ("b", 1)],
            "its files are larger than 16 MiB",
        );
        let many: Vec<_> = (0..=MAX_FILES).map(|i| format!("{i}.py")).collect();
        let many: Vec<_> = many.iter().map(|path| (path.as_str(), 1)).collect();
        refused(&many, "more than 500 files");
    }
}
