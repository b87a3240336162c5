//! What a process keeps, as plain data.

use std::path::PathBuf;

use crate::error::Error;
use crate::{files, filter, process};

/// What a process keeps once it is confined. Everything that is open stays open, and further threads may start; processes may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// The folders (with all beneath) and files that can still be opened. Default: none.
    pub reach: Vec<Reach>,
    /// Whether the terminal's settings may be changed, as a line editor does, and the own job be suspended.
    pub terminal: bool,
    /// Whether connections may be accepted, on sockets that listen already. None may be opened, ever.
    pub connections: bool,
    /// Whether open descriptors may be handed to other processes, over sockets that are open already, as a pool does that grants folders.
    /// Default: no, since messages that may carry them may also carry an address.
    pub passes: bool,
    /// Whether one may ask if a file is there, which landlock leaves open. The hints after a program that missed one need it.
    pub looks: bool,
    /// How many descriptors may be open at once; what the process was given if that is less.
    pub descriptors: u64,
}

/// A folder or file that stays within reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Where it is. It has to exist.
    pub path: PathBuf,
    /// What may be done with it, and with all beneath it.
    pub access: Access,
}

/// What may be done with what is within reach. Never: running it, or making devices, pipes and sockets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Reading files, listing folders.
    Read,
    /// Reading, and changing what is in files that exist.
    Change,
    /// Reading, writing, making, removing and locking files, as a database does.
    Database,
    /// Reading, writing, making, renaming and removing files, folders and links.
    Write,
}

/// Which walls stand around this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Walls {
    /// The version of landlock's interface that is in force, if the kernel has any.
    pub landlock: Option<u32>,
    /// Whether system calls are filtered.
    pub seccomp: bool,
    /// Whether this process can no longer gain rights by running a program.
    pub no_new_privileges: bool,
}

/// Descriptors besides those of the guest: standard streams, the image, event queue, reports.
const OWN_DESCRIPTORS: u64 = 64;

impl Confinement {
    /// One program with `reach`, which opens up to `open_files` files at once.
    pub fn program(reach: Vec<Reach>, open_files: u32) -> Self {
        Self {
            reach,
            terminal: false,
            connections: false,
            passes: false,
            looks: true,
            descriptors: u64::from(open_files) + OWN_DESCRIPTORS,
        }
    }

    /// As [`program`](Self::program), with a line editor.
    pub fn prompt(reach: Vec<Reach>, open_files: u32) -> Self {
        Self {
            terminal: true,
            ..Self::program(reach, open_files)
        }
    }

    /// A server on a socket that listens already. Its connections are limited by what it was given.
    pub fn server(reach: Vec<Reach>) -> Self {
        Self {
            connections: true,
            descriptors: u64::MAX,
            ..Self::program(reach, 0)
        }
    }

    /// A worker: the sockets and files that are open already, and nothing else.
    pub fn worker() -> Self {
        Self {
            looks: false,
            ..Self::program(Vec::new(), 0)
        }
    }

    /// A worker for sessions with folders: `reach` besides, of which up to `open_files` are open at once.
    pub fn granted(reach: Vec<Reach>, open_files: u32) -> Self {
        Self::program(reach, open_files)
    }

    /// Raises all walls that the kernel has. There is no way back.
    ///
    /// # Errors
    /// The kernel has a wall and refuses it. Some of the others may stand already: do not go on with the guest.
    pub fn apply(&self) -> Result<Walls, Error> {
        process::limit(self)?;
        let landlock = self.landlock()?;
        let seccomp = self.seccomp()?;
        Ok(Walls {
            landlock,
            seccomp,
            no_new_privileges: true,
        })
    }

    /// Raises landlock alone: the version of its interface that is in force, or none if the kernel has none.
    ///
    /// # Errors
    /// The kernel has it and refuses it, or a path within reach does not exist.
    pub fn landlock(&self) -> Result<Option<u32>, Error> {
        files::restrict(self)
    }

    /// Raises seccomp alone: whether the kernel has it.
    ///
    /// # Errors
    /// The kernel has it and refuses it.
    pub fn seccomp(&self) -> Result<bool, Error> {
        filter::install(self)
    }

    /// Whether anything is within reach in one of these ways.
    pub(crate) fn reaches(&self, ways: &[Access]) -> bool {
        self.reach.iter().any(|reach| ways.contains(&reach.access))
    }
}
