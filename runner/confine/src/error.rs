//! What can go wrong while a process is confined.

use std::io;
use std::path::PathBuf;

/// The process could not be confined as it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something within reach cannot be found.
    #[error("`{}` cannot be granted: {source}\nhint: check that it exists", path.display())]
    Path {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Landlock is there, and refuses.
    #[error("landlock refuses to confine the process: {reason}\nhint: run `croquant doctor`")]
    Landlock {
        /// Why.
        reason: String,
    },
    /// Seccomp is there, and refuses.
    #[error("seccomp refuses to confine the process: {reason}\nhint: run `croquant doctor`")]
    Seccomp {
        /// Why.
        reason: String,
    },
    /// A limit of the process cannot be set.
    #[error("the limit on {what} cannot be set: {source}\nhint: run `croquant doctor`")]
    Process {
        /// On what.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
}
