//! A submission: what a student handed in, as files in memory.
//!
//! Reading ([`Handed`]) is apart from parsing: an archive or a notebook is taken apart by functions from bytes to files, which can run
//! where nothing else is in reach.

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// What it is called in reports.
    pub label: String,
    /// What was there.
    pub content: Content,
}

/// The forms in which submissions are handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
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
