//! How attempts end behind which walls.

use crate::attempt::Attempt;

/// Which walls a process raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wall {
    /// Landlock alone.
    Landlock,
    /// Seccomp alone.
    Seccomp,
    /// All, as `croquant run` does.
    Program,
    /// All, as `croquant run` does without a folder.
    Alone,
    /// All, as `croquant repl` does.
    Prompt,
    /// All, as `croquant serve` does.
    Server,
    /// All, as a server does that hands open folders to workers.
    Granter,
    /// All, as workers do.
    Worker,
    /// All, as workers do that have folders.
    Granted,
}

impl Wall {
    pub(crate) const ALL: [Self; 9] = [
        Self::Landlock,
        Self::Seccomp,
        Self::Program,
        Self::Alone,
        Self::Prompt,
        Self::Server,
        Self::Granter,
        Self::Worker,
        Self::Granted,
    ];

    /// Whether it is not what it should be without `wall`.
    pub(crate) fn needs(self, wall: Self) -> bool {
        self == wall || !matches!(self, Self::Landlock | Self::Seccomp)
    }
}

/// How whoever made an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what it tried.
    Success,
    /// The call failed.
    Refused,
    /// SIGSYS.
    Killed,
    /// None of these.
    Other,
}

impl Attempt {
    /// How it ends behind which walls.
    pub(crate) fn expected(self) -> Vec<(Wall, Ending)> {
        use Ending::{Killed, Refused, Success};
        use Wall::{Alone, Granted, Granter, Landlock, Program, Prompt, Seccomp, Server, Worker};
        let everywhere =
            |ending| [Program, Alone, Prompt, Server, Worker, Granted].map(|wall| (wall, ending));
        let and = |walls: &[Wall], ending| {
            let further = walls.iter().map(|wall| (*wall, ending));
            everywhere(ending).into_iter().chain(further).collect()
        };
        match self {
            Self::ReadSecret
            | Self::ReadAbove
            | Self::ReadPasswords
            | Self::ListRoot
            | Self::WriteSecret
            | Self::WriteReadOnly
            | Self::CreateReadOnly
            | Self::RemoveReadOnly
            | Self::MoveOut
            | Self::LinkOut
            | Self::ListProcesses
            | Self::OpenParentMemory
            | Self::OpenOwnMemory => and(&[Landlock], Refused),
            // Landlock does not look at times: seccomp does where nothing may be written. Elsewhere this is not refused.
            Self::TouchReadOnly => vec![
                (Program, Success),
                (Granted, Success),
                (Alone, Refused),
                (Prompt, Refused),
                (Server, Refused),
                (Worker, Refused),
            ],
            Self::Connect | Self::SignalParent | Self::SignalParentThread | Self::MakePipe => {
                and(&[Landlock, Seccomp], Refused)
            }
            Self::ChangeMode
            | Self::ChangeOpenMode
            | Self::OpenByHandle
            | Self::WatchFiles
            | Self::Socket
            | Self::UdpSocket
            | Self::UnixSocket
            | Self::ExecuteMemory
            | Self::Fork
            | Self::ForkByStructure
            | Self::HoldParent
            | Self::SignalGroup
            | Self::SignalEveryone
            | Self::ShareMemory
            | Self::MapExecutable
            | Self::MakeExecutable
            | Self::BecomeReadable
            | Self::RaiseLimits
            | Self::LockTerminal
            | Self::FilterAgain => and(&[Seccomp], Refused),
            Self::PassDescriptor => {
                let mut expected: Vec<_> = and(&[Seccomp], Refused);
                expected.push((Granter, Success));
                expected
            }
            Self::Execute
            | Self::ExecuteOpenFile
            | Self::Trace
            | Self::ReadOtherProcess
            | Self::ReadParent
            | Self::ChangeUser
            | Self::NewNamespace
            | Self::EnterNamespace
            | Self::NewRoot
            | Self::Mount
            | Self::Keyring
            | Self::Ring
            | Self::KernelProgram
            | Self::CountEvents
            | Self::CatchFaults => and(&[Seccomp], Killed),
            Self::OpenManyFiles => vec![(Program, Refused), (Granted, Refused)],
            // What a process has from its start stays. Not to have it is the business of whoever starts it.
            Self::ReadVariable | Self::ReadInherited | Self::WriteStandardOutput => {
                everywhere(Success).to_vec()
            }
            Self::Look => vec![
                (Program, Success),
                (Server, Success),
                (Worker, Refused),
                (Granted, Success),
            ],
            Self::ReadGranted => vec![
                (Program, Success),
                (Server, Success),
                (Alone, Refused),
                (Worker, Refused),
                (Granted, Success),
            ],
            Self::WriteGranted | Self::RenameGranted => {
                vec![
                    (Program, Success),
                    (Granted, Success),
                    (Server, Refused),
                    (Alone, Refused),
                    (Worker, Refused),
                ]
            }
            Self::AppendHistory => vec![(Prompt, Success), (Program, Refused), (Server, Refused)],
            Self::ChangeTerminal => vec![(Prompt, Success), (Program, Refused), (Server, Refused)],
            Self::UseMemory | Self::UseOpenFile | Self::Thread => everywhere(Success).to_vec(),
            Self::Abort => [Program, Alone, Worker, Granted]
                .map(|wall| (wall, Success))
                .into(),
            Self::Accept => vec![
                (Server, Success),
                (Program, Refused),
                (Prompt, Refused),
                (Worker, Refused),
            ],
        }
    }
}
