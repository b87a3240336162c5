//! How the command ends: the table of exit codes, and what is said about a failure.

use std::io::Write as _;
use std::process::ExitCode;

/// How the command ends. `main` turns it into the exit code; nothing else exits.
///
/// A program's own codes pass through. Croquant's own are those of `env` and `timeout`, and for the limits
/// 128 plus the signal with which a kernel stops a process for the same reason (or one that never ends a process), so that a caller can tell them from a program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0 to 255: what the program returned, as `python` has it (1 for an uncaught exception).
    Program(u8),
    /// 2: `croquant grade` could not grade.
    Ungraded,
    /// 124: the program ran into its deadline (as `timeout`).
    Deadline,
    /// 125: croquant itself failed, or its command line is wrong (as `env`).
    Failed,
    /// 126: what was to be run is there but cannot be read (as `env`).
    Unreadable,
    /// 127: what was to be run or mounted is not there (as `env`).
    NotFound,
    /// 130: interrupted (128 + SIGINT). Where it can, the process dies of the signal itself, as `python` does, so that shells see it.
    Interrupted,
    /// 134: the guest failed, which no Python program should manage (128 + SIGABRT).
    Trapped,
    /// 137: the memory limit (128 + SIGKILL, as a container that ran out of memory).
    Memory,
    /// 139: the stack ran over where Python could not notice (128 + SIGSEGV).
    Stack,
    /// 142: a wait for input lasted too long (128 + SIGALRM).
    Idle,
    /// 144: too many open files.
    OpenFiles,
    /// 145: more at once than the host holds for a program.
    HostMemory,
    /// 146: too many files in the memory filesystem.
    Files,
    /// 152: the fuel ran out (128 + SIGXCPU).
    Fuel,
    /// 153: the output limit (128 + SIGXFSZ).
    Output,
}

impl Exit {
    /// The exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Program(code) => code,
            Self::Ungraded => 2,
            Self::Deadline => 124,
            Self::Failed => 125,
            Self::Unreadable => 126,
            Self::NotFound => 127,
            Self::Interrupted => 130,
            Self::Trapped => 134,
            Self::Memory => 137,
            Self::Stack => 139,
            Self::Idle => 142,
            Self::OpenFiles => 144,
            Self::HostMemory => 145,
            Self::Files => 146,
            Self::Fuel => 152,
            Self::Output => 153,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Why the command did not do what it was asked: one line that says what, one that says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// What is wrong: lower case, no full stop.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure with its remedy.
    pub(crate) fn new(exit: Exit, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// A failure of croquant itself. The text may carry its own `hint:` line, as those of the other crates do.
    pub(crate) fn host(error: impl std::fmt::Display) -> Self {
        let text = error.to_string();
        let (message, hint) = match text.split_once("\nhint: ") {
            Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
            None => (text, None),
        };
        Self {
            exit: Exit::Failed,
            message,
            hint,
        }
    }

    /// Says it on stderr.
    pub(crate) fn print(&self) {
        say("error", &self.message);
        if let Some(hint) = &self.hint {
            say("hint", hint);
        }
    }
}

/// Writes `label: text` on stderr. A stderr that is gone has nobody to tell.
pub(crate) fn say(label: &str, text: &str) {
    let _ = writeln!(std::io::stderr(), "{label}: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_croquant_are_distinct() {
        let own = [
            Exit::Deadline,
            Exit::Failed,
            Exit::Unreadable,
            Exit::NotFound,
            Exit::Interrupted,
            Exit::Trapped,
            Exit::Memory,
            Exit::Stack,
            Exit::Idle,
            Exit::OpenFiles,
            Exit::HostMemory,
            Exit::Files,
            Exit::Fuel,
            Exit::Output,
        ];
        let codes: std::collections::BTreeSet<u8> = own.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes.len(), own.len());
        assert!(codes.iter().all(|code| *code >= 124));
    }

    #[test]
    fn a_hint_in_an_error_becomes_the_hint() {
        let failure = Failure::host("it broke\nhint: mend it");
        assert_eq!(failure.message, "it broke");
        assert_eq!(failure.hint.as_deref(), Some("mend it"));
        assert_eq!(failure.exit.code(), 125);
        assert_eq!(Failure::host("it broke").hint, None);
    }
}
