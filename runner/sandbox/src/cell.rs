//! What a session runs: cells and programs.

/// Source to run as one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The source.
    pub source: &'a str,
    /// Compile it as at a `>>>` prompt: every expression statement's value is shown.
    pub single: bool,
    /// Show no result and count nothing.
    pub silent: bool,
    /// Whether the execution count rises.
    pub store_history: bool,
}

impl<'a> Cell<'a> {
    /// A cell as a notebook has it.
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            single: false,
            silent: false,
            store_history: true,
        }
    }

    /// A cell as typed at a `>>>` prompt.
    pub fn prompt(source: &'a str) -> Self {
        Self {
            single: true,
            ..Self::new(source)
        }
    }

    /// The flags of `croquant_execute`.
    pub(crate) fn flags(&self) -> u32 {
        u32::from(self.single) | u32::from(self.silent) << 1 | u32::from(!self.store_history) << 2
    }
}

/// A program to run as `python` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// `python FILE`: a path in the guest.
    File(String),
    /// `python -c COMMAND`.
    Command(String),
    /// `python -m MODULE`.
    Module(String),
    /// `python -`: the program is read from standard input.
    Stdin,
}

impl Program {
    /// The buffer of `croquant_run`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let (kind, argument) = match self {
            Self::File(path) => (b'f', path.as_str()),
            Self::Command(command) => (b'c', command.as_str()),
            Self::Module(module) => (b'm', module.as_str()),
            Self::Stdin => (b'-', ""),
        };
        [&[kind], argument.as_bytes()].concat()
    }
}
