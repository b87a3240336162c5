//! A submission's files held against what the assignment expects.

use super::{Submission, problem, source};
use crate::assignment::Role;
use crate::names::{listed, nearest};
use crate::{Assignment, Problem, ProblemKind, paths};

/// Modules that an interpreter or a test framework imports unasked.
const UNASKED: [&str; 3] = ["conftest.py", "sitecustomize.py", "usercustomize.py"];

impl Submission {
    /// Leaves out what no submission may bring, finds the folder that is meant, and sees that what is expected is there. `imports` are the
    /// modules that the tests import from a submission: what is expected if the assignment does not say it.
    ///
    /// # Errors
    ///
    /// A file that is missing, or that cannot be Python.
    pub fn fit(mut self, assignment: &Assignment, imports: &[String]) -> Result<Self, Problem> {
        let expected: Vec<String> = if assignment.expected.is_empty() {
            let top = |name: &String| name.split('.').next().unwrap_or(name).to_owned();
            let mut modules: Vec<_> = imports
                .iter()
                .map(top)
                .map(|name| format!("{name}.py"))
                .collect();
            modules.sort();
            modules.dedup();
            modules
        } else {
            assignment.expected.clone()
        };
        self.root(&expected);
        self.refuse(assignment, &expected);
        self.rename(&expected);
        for path in &expected {
            self.look(path, !assignment.expected.is_empty())?;
        }
        if !self.files.iter().any(|(path, _)| path.ends_with(".py")) {
            let message = "there is no Python file in it";
            let hint = match expected.first() {
                Some(path) => format!("hand in `{path}`"),
                None => "hand in files that end with `.py`".into(),
            };
            return Err(problem(ProblemKind::MissingFile, message, hint));
        }
        self.files.sort();
        Ok(self)
    }

    fn find(&self, path: &str) -> Option<&[u8]> {
        let file = self.files.iter().find(|(other, _)| other == path);
        file.map(|(_, content)| content.as_slice())
    }

    /// Whether a file is there, or the package that a module may be instead.
    fn has(&self, path: &str) -> bool {
        let package = path.strip_suffix(".py").map(|module| format!("{module}/"));
        self.find(path).is_some()
            || package.is_some_and(|package| {
                self.files
                    .iter()
                    .any(|(path, _)| path.starts_with(&package))
            })
    }

    /// Takes a folder for the root: that in which all that is expected lies, else the one in which everything lies.
    fn root(&mut self, expected: &[String]) {
        if expected.iter().any(|path| self.has(path)) {
            return;
        }
        let lies = |folder: &&str| {
            expected
                .iter()
                .all(|path| self.find(&format!("{folder}{path}")).is_some())
        };
        let mut folders: Vec<_> = self
            .files
            .iter()
            .flat_map(|(path, _)| path.match_indices('/').map(|(at, _)| &path[..=at]))
            .collect();
        folders.sort_unstable();
        folders.dedup();
        let mut meant = folders
            .iter()
            .copied()
            .filter(|folder| !expected.is_empty() && lies(folder));
        let folder = match (meant.next(), meant.next()) {
            (Some(one), None) => one.to_owned(),
            (Some(_), Some(_)) => return,
            (None, _) => match common(&self.files) {
                Some(folder) => folder,
                None => return,
            },
        };
        if self
            .files
            .iter()
            .any(|(path, _)| !path.starts_with(&folder))
        {
            self.notes.push(format!(
                "the folder `{folder}` was graded, and what lies outside it left out"
            ));
        }
        let files = std::mem::take(&mut self.files).into_iter();
        self.files = files
            .filter_map(|(path, content)| Some((path.strip_prefix(&folder)?.to_owned(), content)))
            .collect();
    }

    /// Leaves out files that are imported unasked, tests, and those that the assignment provides. What is said of tests says nothing of the
    /// assignment's own: their names may be hidden.
    fn refuse(&mut self, assignment: &Assignment, expected: &[String]) {
        let notes = &mut self.notes;
        let tests: Vec<_> = expected
            .iter()
            .map(|path| format!("{}_test.py", paths::stem(path)))
            .collect();
        self.files.retain(|(path, _)| {
            let name = paths::name(path);
            let is_test = name.starts_with("test_") && name.ends_with(".py")
                || tests.iter().any(|test| test == name);
            let is_provided = assignment
                .files_of(Role::Provided)
                .any(|(provided, _)| is_in_place_of(path, provided));
            let why = if UNASKED.contains(&name) || is_package(path) {
                "no submission may bring it"
            } else if is_provided {
                "the assignment has its own"
            } else if is_test && !expected.contains(path) {
                "tests are the assignment's"
            } else {
                return true;
            };
            notes.push(format!("`{path}` was left out: {why}"));
            false
        });
    }

    /// One module where one is expected is taken for it, whatever its name.
    fn rename(&mut self, expected: &[String]) {
        let [expected] = expected else { return };
        if self.has(expected) || !expected.ends_with(".py") {
            return;
        }
        let mut modules = self
            .files
            .iter_mut()
            .filter(|(path, _)| path.ends_with(".py"));
        if let (Some((path, _)), None) = (modules.next(), modules.next()) {
            self.notes.push(format!(
                "expected `{expected}`, found `{path}`: it was graded as `{expected}`"
            ));
            expected.clone_into(path);
        }
    }

    /// Sees that a file is there and can be read; whether it must be there is `required`.
    fn look(&self, path: &str, required: bool) -> Result<(), Problem> {
        match self.find(path) {
            Some(content) if path.ends_with(".py") => source::check(path, content),
            Some(_) => Ok(()),
            None if self.has(path) || !required => Ok(()),
            None => Err(self.missing(path)),
        }
    }

    fn missing(&self, path: &str) -> Problem {
        let names = || self.files.iter().map(|(path, _)| path.as_str());
        let elsewhere = || names().find(|name| paths::name(name) == paths::name(path));
        let message = match nearest(path, names()).or_else(elsewhere) {
            Some(near) => format!("expected `{path}`, found `{near}`"),
            None if self.files.is_empty() => format!("expected `{path}`, and there are no files"),
            None => format!("expected `{path}`, found {}", listed(names())),
        };
        let hint = format!("call the file `{path}`, exactly so");
        problem(ProblemKind::MissingFile, message, hint)
    }
}

/// The folder in which all files lie, unless it is a package.
fn common(files: &[(String, Vec<u8>)]) -> Option<String> {
    let (first, _) = files.first()?;
    let mut folder = String::new();
    while let Some(at) = first[folder.len()..].find('/') {
        let next = &first[..=folder.len() + at];
        let is_in = files.iter().all(|(path, _)| path.starts_with(next));
        let is_package = files
            .iter()
            .any(|(path, _)| *path == format!("{next}__init__.py"));
        if !is_in || is_package {
            break;
        }
        folder = next.to_owned();
    }
    (!folder.is_empty()).then_some(folder)
}

/// Whether a file would stand in place of a provided one: have its name, be a folder of it or lie in it, or be of a package that is
/// imported instead of it.
fn is_in_place_of(path: &str, provided: &str) -> bool {
    let lies_in = |path: &str, folder: &str| {
        let rest = path.strip_prefix(folder);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let module = provided.strip_suffix(".py");
    lies_in(path, provided)
        || lies_in(provided, path)
        || module.is_some_and(|module| path != module && lies_in(path, module))
}

/// Whether it belongs to a package that is imported unasked.
fn is_package(path: &str) -> bool {
    let folders = path.split('/');
    let count = folders.clone().count() - 1;
    folders
        .take(count)
        .any(|folder| UNASKED.iter().any(|name| paths::stem(name) == folder))
}

#[cfg(test)]
mod tests;
