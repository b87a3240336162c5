//! An assignment: what is handed in, how it is tested, and what each test is worth.
//!
//! It comes from an `assignment.toml`, or from a folder that needs none. What the file says is described in
//! `runner/grade/ASSIGNMENT.md`. Everything here is the teacher's: none of it is for the submission's session but files of the role
//! [`Role::Provided`].

use serde::{Deserialize, Serialize};

mod beside;
mod bind;
mod bound;
mod cases;
mod compare;
mod constructs;
mod error;
mod exercise;
mod files;

mod folder;
mod limits;
mod open;
mod parse;
mod pattern;
mod raw;
mod rules;
mod settings;

pub use bind::bind;
pub use bound::{Bound, Collected, Source};
pub use error::{AssignmentError, Excerpt, Wrong};
pub use rules::{
    Case, Comparison, Constructs, FuelRule, Group, Imports, LimitChanges, Settings, TestLimits,
    TestRule, Wanted,
};

/// A validated assignment, with its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// What it is called in reports.
    pub name: String,
    /// The file or folder that it comes from, as messages call it.
    pub origin: String,
    /// Files that a submission consists of, as paths from its root. Empty: the modules that the tests import.
    pub expected: Vec<String>,
    /// The assignment's own files.
    pub files: Vec<AssignmentFile>,
    /// What applies to every test that no rule says otherwise of.
    pub defaults: Settings,
    /// Rules on collected tests. Of two rules that match a test, each setting is the later one's.
    pub rules: Vec<TestRule>,
    /// Groups that tests may belong to.
    pub groups: Vec<Group>,
    /// Runs of a program with given input and expected output: tests that need no Python.
    pub cases: Vec<Case>,
    /// Checks of the source. One with points is a test like any other; one without is a gate: until it passes, no other test is run.
    pub constructs: Vec<Constructs>,
    /// When tests of [`Visibility::AfterDueDate`](crate::Visibility::AfterDueDate) become visible.
    pub due: Option<jiff::Timestamp>,
    /// What all points are scaled to, if the file says so: tests then are worth their share of it.
    pub total: Option<f64>,
    /// Where random numbers come from.
    pub seed: Seed,
}

/// A file of an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentFile {
    /// Its path from the root of the session that it is for, with `/`.
    pub path: String,
    /// What it is there for. A file with two roles is there twice.
    pub role: Role,
    /// Its content.
    pub content: Vec<u8>,
}

/// What a file of an assignment is there for, and so which session it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// A module of tests, or a text with doctests: in the checker's session, where its tests are collected.
    Test,
    /// A file that tests use: in the checker's session.
    Checker,
    /// A file that the submission uses: in its session, in place of a file of that name in the submission. It is there a second time as
    /// [`Role::Checker`]: what tests import from it must not come from a session in which the submission can change it.
    Provided,
    /// The author's own solution, under the name of the file that it solves. In no session but when it is itself graded.
    Reference,
    /// What students begin with, under the name of the file that they hand in. In no session but when it is itself graded.
    Starter,
}

/// Where the random numbers of a run come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seed {
    /// Each run has a seed of its own, which is reported.
    PerRun,
    /// The same in each run. Default: 0, so that fuel is the same in each run.
    Fixed(u64),
}

impl Default for Seed {
    fn default() -> Self {
        Self::Fixed(0)
    }
}

impl Assignment {
    /// An assignment of no files and no tests.
    pub(crate) fn empty(name: &str, origin: &str) -> Self {
        Self {
            name: name.into(),
            origin: origin.into(),
            expected: Vec::new(),
            files: Vec::new(),
            defaults: Settings::default(),
            rules: Vec::new(),
            groups: Vec::new(),
            cases: Vec::new(),
            constructs: Vec::new(),
            due: None,
            total: None,
            seed: Seed::default(),
        }
    }

    /// Whether there is anything that a submission can pass: a file with tests, a case, or a check with points.
    pub(crate) fn has_tests(&self) -> bool {
        self.files_of(Role::Test).next().is_some()
            || !self.cases.is_empty()
            || self.constructs.iter().any(|check| !check.gate)
    }

    /// Gives the checker its own copy of each provided file that it does not have.
    fn copy_provided(&mut self) {
        let is_there = |file: &AssignmentFile| {
            let mut others = self.files.iter();
            others.any(|other| {
                other.path == file.path && matches!(other.role, Role::Test | Role::Checker)
            })
        };
        let provided = self.files.iter().filter(|file| file.role == Role::Provided);
        let copies = provided.filter(|file| !is_there(file)).cloned();
        let copies: Vec<_> = copies
            .map(|file| AssignmentFile {
                role: Role::Checker,
                ..file
            })
            .collect();
        self.files.extend(copies);
    }

    /// Those of its files that have `role`: path and content.
    pub fn files_of(&self, role: Role) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .filter(move |file| file.role == role)
            .map(|file| (file.path.as_str(), file.content.as_slice()))
    }
}
