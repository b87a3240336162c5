//! Watching a session: every call that the guest makes of the host, before it is made and after.

mod call;

use std::time::Duration;

pub(crate) use call::METER;
pub use call::{AnswerKind, HostCall};

use crate::calls::Rule;
use crate::errno::Errno;

/// Sees every call that a guest makes of the host, and may decide on it. With one, each call costs the decoding of its
/// arguments; without one, and without a [`CallPolicy`](crate::CallPolicy), nothing.
///
/// It runs between the guest and the host, on the session's own task: whatever it does, the guest waits for.
pub trait Observer: Send {
    /// Decides on a call before it is made; `None`, the default, leaves that to the session's policy. A rule that the call cannot obey
    /// (an error number for `emit`, say) is not heeded.
    fn decide(&mut self, call: HostCall, args: &Args) -> Option<Rule> {
        let _ = (call, args);
        None
    }

    /// Sees a call that has been made, refused or answered.
    fn saw(&mut self, event: &Event<'_>);
}

/// One call of the host, after it.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Which call.
    pub call: HostCall,
    /// What it was called with, decoded: descriptors with the path that they were opened by, paths as the guest named them, flags by
    /// name, buffers as their length.
    pub args: &'a Args,
    /// What it gave: bytes moved, a new descriptor, a time. Empty if it gave nothing or failed.
    pub result: &'a Args,
    /// The error number that the guest got; `None` if the call succeeded.
    pub errno: Option<Errno>,
    /// Why it was refused, if it was Croquant that refused and not the host's files.
    pub denial: Option<Denial>,
    /// Whether the policy answered it, and nothing was done.
    pub answered: bool,
    /// Why the guest was trapped for it, if it was.
    pub trap: Option<&'a str>,
    /// How long it took.
    pub time: Duration,
    /// Fuel that the guest had used in this call of the session up to the end of the call.
    pub fuel: u64,
}

/// Named values, in the order in which the call has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Args(Vec<(&'static str, Value)>);

/// A decoded argument or result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number: a length, a place, a descriptor.
    Unsigned(u64),
    /// A number that may be negative.
    Signed(i64),
    /// Yes or no.
    Bool(bool),
    /// A path or a name; bytes that are no UTF-8 are shown as U+FFFD.
    Text(String),
    /// Flags by name.
    Flags(Vec<&'static str>),
}

impl Args {
    /// Each name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The text of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            Value::Unsigned(_) | Value::Signed(_) | Value::Bool(_) | Value::Flags(_) => None,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.push((name, value.into()));
    }

    pub(crate) fn put_bytes(&mut self, name: &'static str, bytes: &[u8]) {
        self.put(name, String::from_utf8_lossy(bytes).into_owned());
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Unsigned(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Unsigned(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Signed(number)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<&'static str>> for Value {
    fn from(flags: Vec<&'static str>) -> Self {
        Self::Flags(flags)
    }
}

/// Why Croquant refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Denial {
    /// What stood against it.
    pub reason: Reason,
    /// The mount that it was about: its place in [`Policy::mounts`](crate::Policy::mounts).
    pub mount: Option<usize>,
}

/// What stood against a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The mount is read-only.
    ReadOnly,
    /// The name begins with a dot, and the mount hides such names.
    Dotfile,
    /// The name is excluded from the mount.
    Excluded,
    /// A folder cannot be renamed in a mount in which paths, and not names alone, are excluded or ruled on.
    FolderMove,
    /// The path, or a link on it, leads out of the mount.
    Outside,
    /// What is there is neither a file nor a folder: a device, a pipe, a socket.
    Special,
    /// The mount's quota of bytes is used up.
    QuotaBytes,
    /// The mount's quota of files is used up.
    QuotaFiles,
    /// As many files are open as may be.
    OpenFiles,
    /// A rule of the call policy, or the observer.
    Rule,
}

impl Reason {
    /// In one word, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::Dotfile => "dotfile",
            Self::Excluded => "excluded",
            Self::FolderMove => "folder_move",
            Self::Outside => "outside",
            Self::Special => "special",
            Self::QuotaBytes => "quota_bytes",
            Self::QuotaFiles => "quota_files",
            Self::OpenFiles => "open_files",
            Self::Rule => "rule",
        }
    }
}

/// A call that failed: what the guest is told, and why if it was Croquant's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) errno: Errno,
    pub(crate) denial: Option<Denial>,
}

/// The result of a call's body.
pub(crate) type Done<T> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(errno: Errno, reason: Reason, mount: impl Into<Option<usize>>) -> Self {
        Self {
            errno,
            denial: Some(Denial {
                reason,
                mount: mount.into(),
            }),
        }
    }
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self {
            errno,
            denial: None,
        }
    }
}

impl From<rustix::io::Errno> for Refusal {
    fn from(error: rustix::io::Errno) -> Self {
        Errno::from(error).into()
    }
}
