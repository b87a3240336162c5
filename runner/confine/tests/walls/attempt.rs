//! What is tried.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::child::Wall;
use crate::raw;

/// One thing that a process may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    // What is taken away.
    ReadSecret,
    ReadPasswords,
    ListRoot,
    WriteSecret,
    WriteReadOnly,
    CreateReadOnly,
    RemoveReadOnly,
    MoveOut,
    LinkOut,
    TouchReadOnly,
    OpenOwnMemory,
    Socket,
    UdpSocket,
    Connect,
    Execute,
    Trace,
    ReadOtherProcess,
    SignalParent,
    Fork,
    MapExecutable,
    MakeExecutable,
    NewNamespace,
    LockTerminal,
    OpenManyFiles,
    FilterAgain,
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

/// How a child ended.
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

/// What is opened before the walls rise.
pub(crate) struct Ready {
    listener: TcpListener,
    /// Never closed before the child ends.
    _client: TcpStream,
    file: File,
}

impl Attempt {
    pub(crate) const ALL: [Self; 36] = [
        Self::ReadSecret,
        Self::ReadPasswords,
        Self::ListRoot,
        Self::WriteSecret,
        Self::WriteReadOnly,
        Self::CreateReadOnly,
        Self::RemoveReadOnly,
        Self::MoveOut,
        Self::LinkOut,
        Self::TouchReadOnly,
        Self::OpenOwnMemory,
        Self::Socket,
        Self::UdpSocket,
        Self::Connect,
        Self::Execute,
        Self::Trace,
        Self::ReadOtherProcess,
        Self::SignalParent,
        Self::Fork,
        Self::MapExecutable,
        Self::MakeExecutable,
        Self::NewNamespace,
        Self::LockTerminal,
        Self::OpenManyFiles,
        Self::FilterAgain,
        Self::Look,
        Self::ReadGranted,
        Self::WriteGranted,
        Self::RenameGranted,
        Self::AppendHistory,
        Self::ChangeTerminal,
        Self::UseMemory,
        Self::UseOpenFile,
        Self::Abort,
        Self::Thread,
        Self::Accept,
    ];

    /// How it ends behind which walls.
    pub(crate) fn expected(self) -> Vec<(Wall, Ending)> {
        use Ending::{Killed, Refused, Success};
        use Wall::{Alone, Landlock, Program, Prompt, Seccomp, Server, Worker};
        let everywhere = |ending| {
            [Program, Alone, Prompt, Server, Worker]
                .map(|wall| (wall, ending))
                .to_vec()
        };
        let also = |mut list: Vec<(Wall, Ending)>, wall, ending| {
            list.push((wall, ending));
            list
        };
        match self {
            Self::ReadSecret
            | Self::ReadPasswords
            | Self::ListRoot
            | Self::WriteSecret
            | Self::WriteReadOnly
            | Self::CreateReadOnly
            | Self::RemoveReadOnly
            | Self::MoveOut
            | Self::LinkOut
            | Self::OpenOwnMemory => also(everywhere(Refused), Landlock, Refused),
            // Landlock does not look at times: seccomp does where nothing may be written.
            Self::TouchReadOnly => vec![
                (Alone, Refused),
                (Prompt, Refused),
                (Server, Refused),
                (Worker, Refused),
            ],
            Self::Connect | Self::SignalParent => also(
                also(everywhere(Refused), Landlock, Refused),
                Seccomp,
                Refused,
            ),
            Self::Socket
            | Self::UdpSocket
            | Self::MapExecutable
            | Self::MakeExecutable
            | Self::LockTerminal
            | Self::FilterAgain => also(everywhere(Refused), Seccomp, Refused),
            Self::Execute | Self::Trace | Self::ReadOtherProcess | Self::NewNamespace => {
                also(everywhere(Killed), Seccomp, Killed)
            }
            Self::Fork => also(everywhere(Refused), Seccomp, Refused),
            Self::OpenManyFiles => vec![(Program, Refused)],
            Self::Look => vec![(Program, Success), (Server, Success), (Worker, Refused)],
            Self::ReadGranted => vec![
                (Program, Success),
                (Server, Success),
                (Alone, Refused),
                (Worker, Refused),
            ],
            Self::WriteGranted | Self::RenameGranted => {
                vec![(Program, Success), (Server, Refused), (Alone, Refused)]
            }
            Self::AppendHistory => vec![(Prompt, Success), (Program, Refused), (Server, Refused)],
            Self::ChangeTerminal => vec![(Prompt, Success), (Program, Refused), (Server, Refused)],
            Self::UseMemory | Self::UseOpenFile | Self::Thread => everywhere(Success),
            Self::Abort => vec![(Program, Success), (Alone, Success), (Worker, Success)],
            Self::Accept => vec![
                (Server, Success),
                (Program, Refused),
                (Prompt, Refused),
                (Worker, Refused),
            ],
        }
    }

    /// Opens what is open before the walls rise.
    pub(crate) fn prepare(self) -> Ready {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut client = TcpStream::connect(address).expect("a connection");
        client.write_all(b"x").expect("a byte");
        Ready {
            listener,
            _client: client,
            file: tempfile::tempfile().expect("a file"),
        }
    }

    /// Makes it.
    pub(crate) fn make(self, folder: &Path, mut ready: Ready) -> io::Result<()> {
        let (read, write) = (folder.join("read"), folder.join("write"));
        match self {
            Self::ReadSecret => fs::read(write.join("../secret")).map(drop),
            Self::ReadPasswords => fs::read("/etc/passwd").map(drop),
            Self::ListRoot => fs::read_dir("/").map(drop),
            Self::WriteSecret => fs::write(folder.join("secret"), "changed"),
            Self::WriteReadOnly => fs::write(read.join("file"), "changed"),
            Self::CreateReadOnly => fs::write(read.join("new"), ""),
            Self::RemoveReadOnly => {
                fs::remove_file(read.join("file"))?;
                fs::write(read.join("file"), "read")
            }
            Self::MoveOut => fs::rename(write.join("file"), folder.join("moved")),
            Self::LinkOut => fs::hard_link(folder.join("secret"), write.join("stolen")),
            Self::TouchReadOnly => raw::touch(&read.join("file")),
            Self::OpenOwnMemory => File::open("/proc/self/mem").map(drop),
            Self::Socket => TcpListener::bind("127.0.0.1:0").map(drop),
            Self::UdpSocket => UdpSocket::bind("127.0.0.1:0").map(drop),
            Self::Connect => TcpStream::connect(ready.listener.local_addr()?).map(drop),
            Self::Execute => Err(Command::new("/bin/true").exec()),
            Self::Trace => raw::trace(),
            Self::ReadOtherProcess => raw::read_process(),
            Self::SignalParent => raw::signal_parent(),
            Self::Fork => raw::fork(),
            Self::MapExecutable => raw::map(libc::PROT_READ | libc::PROT_EXEC).map(drop),
            Self::MakeExecutable => {
                let page = raw::map(libc::PROT_READ | libc::PROT_WRITE)?;
                raw::protect(page, libc::PROT_READ | libc::PROT_EXEC)
            }
            Self::NewNamespace => raw::namespace(),
            Self::LockTerminal => raw::lock_terminal(),
            Self::OpenManyFiles => {
                let path = read.join("file");
                let files = (0..200).map(|_| File::open(&path));
                files.collect::<io::Result<Vec<_>>>().map(drop)
            }
            Self::FilterAgain => raw::filter(),
            Self::Look => fs::metadata(folder.join("secret")).map(drop),
            Self::ReadGranted => match fs::read_to_string(read.join("file"))?.as_str() {
                "read" => fs::read_dir(&read).map(drop),
                _ => Err(io::Error::other("not what was there")),
            },
            Self::WriteGranted => {
                fs::write(write.join("new"), "new")?;
                fs::create_dir(write.join("folder"))?;
                fs::remove_file(write.join("file"))
            }
            Self::RenameGranted => {
                fs::create_dir(write.join("folder"))?;
                fs::rename(write.join("file"), write.join("folder/file"))
            }
            Self::AppendHistory => OpenOptions::new()
                .append(true)
                .open(folder.join("history"))?
                .write_all(b"2 + 2\n"),
            Self::ChangeTerminal => raw::change_terminal(),
            Self::UseMemory => raw::map(libc::PROT_READ | libc::PROT_WRITE)
                .and_then(|page| raw::protect(page, libc::PROT_READ)),
            Self::UseOpenFile => ready.file.write_all(b"x"),
            Self::Abort => raw::signal_self(),
            Self::Thread => std::thread::Builder::new()
                .spawn(|| ())?
                .join()
                .map_err(|_| io::Error::other("the thread panicked")),
            Self::Accept => accept(&ready),
        }
    }
}

/// Accepts the connection that was opened before, and reads what it said.
fn accept(ready: &Ready) -> io::Result<()> {
    let (mut server, _) = ready.listener.accept()?;
    server.set_nodelay(true)?;
    server.read_exact(&mut [0])
}
