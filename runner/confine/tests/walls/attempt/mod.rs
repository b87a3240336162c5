//! What is tried. The tests of workers try the same, inside one.

mod make;
pub(crate) mod raw;

use std::str::FromStr;

macro_rules! attempts {
    ($($name:ident,)*) => {
        /// One thing that a process may want to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Attempt {
            $($name,)*
        }

        impl Attempt {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

attempts! {
    // Files.
    ReadSecret,
    ReadAbove,
    ReadPasswords,
    ListRoot,
    WriteSecret,
    WriteReadOnly,
    CreateReadOnly,
    RemoveReadOnly,
    MoveOut,
    LinkOut,
    MakePipe,
    TouchReadOnly,
    ChangeMode,
    ChangeOpenMode,
    OpenByHandle,
    WatchFiles,
    // Connections.
    Socket,
    UdpSocket,
    UnixSocket,
    Connect,
    PassDescriptor,
    // Other programs and processes.
    Execute,
    ExecuteOpenFile,
    ExecuteMemory,
    Fork,
    ForkByStructure,
    ListProcesses,
    Trace,
    ReadOtherProcess,
    ReadParent,
    OpenParentMemory,
    HoldParent,
    SignalParent,
    SignalParentThread,
    SignalGroup,
    SignalEveryone,
    ShareMemory,
    // Itself.
    OpenOwnMemory,
    MapExecutable,
    MakeExecutable,
    BecomeReadable,
    RaiseLimits,
    OpenManyFiles,
    FilterAgain,
    ChangeUser,
    NewNamespace,
    EnterNamespace,
    NewRoot,
    LockTerminal,
    // The kernel.
    Mount,
    Keyring,
    Ring,
    KernelProgram,
    CountEvents,
    CatchFaults,
    // What a process is started with.
    ReadVariable,
    ReadInherited,
    WriteStandardOutput,
    // What stays.
    Look,
    ReadGranted,
    WriteGranted,
    RenameGranted,
    AppendHistory,
    ChangeTerminal,
    UseMemory,
    UseOpenFile,
    Abort,
    Thread,
    Accept,
}

impl FromStr for Attempt {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL
            .iter()
            .find(|known| format!("{known:?}") == name)
            .copied();
        known.ok_or_else(|| format!("no attempt is called {name}"))
    }
}
