//! A submission: what a student handed in, as files in memory.
//!
//! Three steps: [`Handed::read`] reads what lies there, [`Handed::unpack`] takes archives and notebooks apart, from bytes to files, so that
//! it can run where nothing else is in reach, and [`Submission::fit`] holds the files against what the assignment expects. What is wrong
//! in any of them is a [`Problem`]: a sentence to the student, and never an error of the host.

mod archive;
mod fit;
mod git;
mod notebook;
mod pile;
mod read;
mod source;

use serde::{Deserialize, Serialize};

use crate::{Problem, ProblemKind};

/// Paths and contents, and what there is to say of them.
type Found = (Vec<(String, Vec<u8>)>, Vec<String>);

/// A submission's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What it is called in reports: its path or reference, as given.
    pub label: String,
    /// Its files: paths from its root with `/`, and contents, in the order of the paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// What was done with it that its author should know: a file left out, or taken under another name.
    pub notes: Vec<String>,
}

/// What was read from where the submission lies, before anything in it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// What it is called in reports.
    pub label: String,
    /// What was there.
    pub content: Content,
    /// What was left out while reading.
    pub notes: Vec<String>,
}

/// The forms in which submissions are handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Files as they are: one file, a folder, a tree of git's.
    Files(Vec<(String, Vec<u8>)>),
    /// A zip archive.
    Zip(Vec<u8>),
    /// A Jupyter notebook.
    Notebook {
        /// Its file's name, from which the module has its own.
        name: String,
        /// Its JSON.
        json: Vec<u8>,
    },
}

impl Handed {
    /// Takes apart what was read. Pure: bytes become files.
    ///
    /// # Errors
    ///
    /// An archive or notebook that is broken, or larger than what a submission may be.
    pub fn unpack(self) -> Result<Submission, Problem> {
        let mut pile = match self.content {
            Content::Files(files) => {
                let mut pile = pile::Pile::default();
                for (path, content) in files {
                    pile.add(&path, content)?;
                }
                pile
            }
            Content::Zip(bytes) => archive::unpack(&bytes)?,
            Content::Notebook { name, json } => {
                let mut pile = pile::Pile::default();
                pile.add(&name, json)?;
                pile
            }
        };
        notebook::convert(&mut pile)?;
        let (files, notes) = pile.files()?;
        Ok(Submission {
            label: self.label,
            files,
            notes: [self.notes, notes].concat(),
        })
    }
}

/// A submission that cannot be read, and how to mend it.
fn unreadable(message: impl std::fmt::Display, hint: impl std::fmt::Display) -> Problem {
    problem(ProblemKind::Unreadable, message, hint)
}

fn problem(
    kind: ProblemKind,
    message: impl std::fmt::Display,
    hint: impl std::fmt::Display,
) -> Problem {
    Problem {
        kind,
        message: format!("{message}\nhint: {hint}"),
    }
}
