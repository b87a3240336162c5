//! A folder without an assignment file: what in it are tests, and what students hand in.

use std::cell::Cell;

use super::error::AssignmentError;
use super::{Assignment, AssignmentFile, Role, beside, exercise};
use crate::names::nearest;
use crate::paths;

/// The most bytes of all of an assignment's files together: each session has a copy of its part.
const MAX_BYTES: usize = 64 << 20;

/// The names of a folder's files, and a way to their contents.
pub(super) struct Folder<'a> {
    names: Vec<String>,
    read: Box<Read<'a>>,
    loaded: Cell<usize>,
}

/// A file's content by its path, or why it cannot be read.
type Read<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// Why a file is not to be had, and what to do.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) message: String,
    pub(super) hint: String,
}

impl<'a> Folder<'a> {
    /// `read` gives the content of one of `names`, or says why not.
    pub(super) fn new(
        mut names: Vec<String>,
        read: impl Fn(&str) -> Result<Vec<u8>, String> + 'a,
    ) -> Self {
        names.sort();
        Self {
            names,
            read: Box::new(read),
            loaded: Cell::new(0),
        }
    }

    /// The paths of its files, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.names
            .binary_search_by(|name| name.as_str().cmp(path))
            .is_ok()
    }

    pub(super) fn load(&self, path: &str) -> Result<Vec<u8>, Missing> {
        if !self.has(path) {
            return Err(self.missing(path));
        }
        let bytes = (self.read)(path).map_err(|why| Missing {
            message: format!("`{path}` cannot be read: {why}"),
            hint: "see to its permissions".into(),
        })?;
        self.loaded.set(self.loaded.get() + bytes.len());
        if self.loaded.get() > MAX_BYTES {
            return Err(Missing {
                message: format!("with `{path}`, its files are larger than 64 MiB"),
                hint: "each session has a copy of its files: leave out what tests do not need"
                    .into(),
            });
        }
        Ok(bytes)
    }

    /// What to say of a file that is not there.
    pub(super) fn missing(&self, path: &str) -> Missing {
        let hint = match nearest(path, self.names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "paths are from the folder of the assignment, and lead nowhere outside it".into()
            }
        };
        Missing {
            message: format!("there is no file `{path}`"),
            hint,
        }
    }

    /// A file in a role, under its own path.
    pub(super) fn file(&self, path: &str, role: Role) -> Result<AssignmentFile, Missing> {
        Ok(AssignmentFile {
            path: path.to_owned(),
            role,
            content: self.load(path)?,
        })
    }
}

/// The assignment that a folder called `name` is by itself. It may be without tests.
pub(super) fn discover(
    origin: &str,
    name: &str,
    folder: &Folder<'_>,
) -> Result<Assignment, AssignmentError> {
    let (expected, files) = if folder.has(exercise::CONFIG) {
        exercise::files(origin, folder)?
    } else {
        files(folder)
            .map_err(|missing| AssignmentError::whole(origin, missing.message, missing.hint))?
    };
    let mut found = Assignment {
        expected,
        files,
        ..Assignment::empty(name, origin)
    };
    found.copy_provided();
    Ok(found)
}

/// Test modules at the top and in `tests` and `test`, with their `conftest.py`. A module at the top that a test module has its name from
/// is what students hand in. No other module is taken but what a package of tests imports from itself: a solution that lies there must never stand
/// in for a submission.
fn files(folder: &Folder<'_>) -> Result<(Vec<String>, Vec<AssignmentFile>), Missing> {
    let places = ["", "tests/", "test/"];
    let is_here = |path: &str| {
        places
            .iter()
            .any(|place| path.strip_prefix(place) == Some(paths::name(path)))
    };
    let mut expected: Vec<String> = Vec::new();
    let mut files = Vec::new();
    for path in folder.names().filter(|path| is_here(path)) {
        if paths::is_test_module(path) {
            files.push(folder.file(path, Role::Test)?);
            let stub = subject(path);
            if folder.has(&stub) && !expected.contains(&stub) {
                expected.push(stub);
            }
        } else if ["conftest.py", "__init__.py"].contains(&paths::name(path)) {
            files.push(folder.file(path, Role::Checker)?);
        }
    }
    beside::add(folder, &mut files)?;
    for stub in &expected {
        files.push(folder.file(stub, Role::Starter)?);
    }
    let references = [".meta/exemplar.py", ".meta/example.py"];
    if let ([one], Some(reference)) = (
        expected.as_slice(),
        references.into_iter().find(|path| folder.has(path)),
    ) {
        files.push(AssignmentFile {
            path: one.clone(),
            ..folder.file(reference, Role::Reference)?
        });
    }
    Ok((expected, files))
}

/// The file that a test module is about, by its name: `leap.py` of `leap_test.py` and of `test_leap.py`.
fn subject(path: &str) -> String {
    let stem = paths::stem(path);
    let subject = stem
        .strip_suffix("_test")
        .or_else(|| stem.strip_prefix("test_"));
    format!("{}.py", subject.unwrap_or(stem))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A folder in memory.
    pub(crate) fn folder(files: &[(&'static str, &'static str)]) -> Folder<'static> {
        let files: Vec<_> = files.to_vec();
        let names = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        Folder::new(names, move |path| {
            let file = files.iter().find(|(name, _)| *name == path);
            Ok(file.ok_or("it is gone")?.1.as_bytes().to_vec())
        })
    }

    fn roles(assignment: &Assignment) -> Vec<(&str, Role)> {
        let files = assignment.files.iter();
        files.map(|file| (file.path.as_str(), file.role)).collect()
    }

    #[track_caller]
    fn check(files: &[(&'static str, &'static str)], expected: &[&str], has: &[(&str, Role)]) {
        let assignment = discover("folder", "leap", &folder(files)).unwrap();
        assert_eq!(assignment.expected, expected);
        assert_eq!(roles(&assignment), has);
    }

    #[test]
    fn an_exercise_without_a_description_works() {
        check(
            &[
                ("leap.py", ""),
                ("leap_test.py", ""),
                (".meta/example.py", ""),
            ],
            &["leap.py"],
            &[
                ("leap_test.py", Role::Test),
                ("leap.py", Role::Starter),
                ("leap.py", Role::Reference),
            ],
        );
    }

    #[test]
    fn a_folder_of_tests_works() {
        check(
            &[
                ("test_a.py", ""),
                ("tests/b_test.py", ""),
                ("tests/conftest.py", ""),
            ],
            &[],
            &[
                ("test_a.py", Role::Test),
                ("tests/b_test.py", Role::Test),
                ("tests/conftest.py", Role::Checker),
            ],
        );
    }

    #[test]
    fn modules_beside_the_tests_and_tests_of_submissions_are_left_alone() {
        check(
            &[
                ("test_a.py", ""),
                ("solution.py", ""),
                ("submissions/ann/test_x.py", ""),
                ("README.md", ""),
            ],
            &[],
            &[("test_a.py", Role::Test)],
        );
    }
}
