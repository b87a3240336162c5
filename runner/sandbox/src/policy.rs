//! What a session is granted. Nothing is inherited.

use std::path::PathBuf;

/// What a session is granted: everything that it sees of the world besides its console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// `sys.argv`.
    pub args: Vec<String>,
    /// `os.environ`.
    pub env: Vec<(String, String)>,
    /// The working folder, absolute; made if it is missing.
    pub cwd: String,
    /// Folders of the host, each at a path of the guest.
    pub mounts: Vec<Mount>,
    /// Files written into the guest's memory filesystem at the start: absolute path and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// Which standard streams are a terminal.
    pub terminal: Terminal,
    /// How the standard streams behave.
    pub mode: Mode,
}

impl Default for Policy {
    /// No grant at all: a kernel in `/home/user`.
    fn default() -> Self {
        Self {
            args: Vec::new(),
            env: Vec::new(),
            cwd: "/home/user".to_owned(),
            mounts: Vec::new(),
            files: Vec::new(),
            terminal: Terminal::default(),
            mode: Mode::Kernel,
        }
    }
}

/// A folder of the host that the guest sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The folder on the host.
    pub host: PathBuf,
    /// Where the guest sees it: an absolute path.
    pub guest: String,
    /// What the guest may do with it.
    pub access: Access,
}

/// What a guest may do with a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read only.
    ReadOnly,
    /// Read, write, make and remove.
    ReadWrite,
}

/// Which standard streams are a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Standard input.
    pub stdin: bool,
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

/// How the standard streams behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// As under `python`: buffered, `input()` reads standard input.
    Program,
    /// Output at once; `input()` asks through [`Console::input`](crate::Console::input).
    Kernel,
    /// As `Kernel`, but `input()` and `sys.stdin` read standard input.
    Terminal,
}

/// A policy that cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A guest path is not absolute.
    #[error("`{path}` is not an absolute path in the guest\nhint: begin it with `/`")]
    NotAbsolute {
        /// The path.
        path: String,
    },
}
