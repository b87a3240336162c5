//! How it is tried.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::Command;

use super::{Attempt, raw};
use crate::scene::{Open, Outside};

impl Attempt {
    /// Makes it: on what is outside, and on what was `open` before the walls rose.
    pub(crate) fn make(self, outside: &Outside, open: Option<Open>) -> io::Result<()> {
        let folder = &outside.folder;
        let (read, write) = (folder.join("read"), folder.join("write"));
        match self {
            Self::ReadSecret => fs::read(write.join("../secret")).map(drop),
            Self::ReadAbove => {
                let _opened = File::open(&read).ok();
                raw::read_above("secret")
            }
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
            Self::MakePipe => raw::make_pipe(&write.join("pipe")),
            Self::TouchReadOnly => raw::touch(&read.join("file")),
            Self::ChangeMode => {
                fs::set_permissions(write.join("file"), fs::Permissions::from_mode(0o777))
            }
            Self::ChangeOpenMode => {
                let mode = fs::Permissions::from_mode(0o777);
                File::open(read.join("file"))?.set_permissions(mode)
            }
            Self::OpenByHandle => raw::reach(libc::SYS_open_by_handle_at, [-1, 0, 0, 0]),
            Self::WatchFiles => raw::reach(libc::SYS_inotify_init1, [0; 4]),
            Self::Socket => TcpListener::bind("127.0.0.1:0").map(drop),
            Self::UdpSocket => UdpSocket::bind("127.0.0.1:0").map(drop),
            Self::UnixSocket => UnixDatagram::unbound().map(drop),
            Self::Connect => TcpStream::connect(outside.address).map(drop),
            // A socket that every process may have: a message to it may carry descriptors.
            Self::PassDescriptor => raw::send_message(&UnixDatagram::pair()?.0),
            Self::Execute => Err(Command::new("/bin/true").exec()),
            Self::ExecuteOpenFile => raw::reach(libc::SYS_execveat, [-1, 0, 0, 0]),
            Self::ExecuteMemory => raw::execute_memory(|| fs::read("/bin/true")),
            Self::Fork => raw::fork(),
            Self::ForkByStructure => raw::fork_by_structure(),
            Self::ListProcesses => fs::read_dir("/proc").map(drop),
            Self::Trace => raw::trace(),
            Self::ReadOtherProcess => raw::read_process(),
            Self::ReadParent => raw::read_parent(),
            Self::OpenParentMemory => File::open(format!("/proc/{}/mem", parent_id())).map(drop),
            Self::HoldParent => raw::reach(libc::SYS_pidfd_open, [i64::from(parent_id()), 0, 0, 0]),
            Self::SignalParent => raw::signal(parent_id().cast_signed(), libc::SIGCONT),
            Self::SignalParentThread => raw::signal_thread(parent_id(), parent_id()),
            // Only asked: signal 0 goes to nobody.
            Self::SignalGroup => raw::signal(0, 0),
            Self::SignalEveryone => raw::signal(-1, 0),
            Self::ShareMemory => raw::share_memory(),
            Self::OpenOwnMemory => File::open("/proc/self/mem").map(drop),
            Self::MapExecutable => raw::map(libc::PROT_READ | libc::PROT_EXEC).map(drop),
            Self::MakeExecutable => {
                let page = raw::map(libc::PROT_READ | libc::PROT_WRITE)?;
                raw::protect(page, libc::PROT_READ | libc::PROT_EXEC)
            }
            Self::BecomeReadable => raw::become_readable(),
            Self::RaiseLimits => raw::raise_limits(),
            Self::OpenManyFiles => {
                let path = read.join("file");
                let files = (0..200).map(|_| File::open(&path));
                files.collect::<io::Result<Vec<_>>>().map(drop)
            }
            Self::FilterAgain => raw::filter(),
            Self::ChangeUser => raw::change_user(),
            Self::NewNamespace => raw::namespace(),
            Self::EnterNamespace => raw::reach(libc::SYS_setns, [-1, 0, 0, 0]),
            Self::NewRoot => raw::reach(libc::SYS_chroot, [0; 4]),
            Self::LockTerminal => raw::lock_terminal(),
            Self::Mount => raw::reach(libc::SYS_mount, [0; 4]),
            Self::Keyring => raw::reach(libc::SYS_keyctl, [0, -2, 0, 0]),
            Self::Ring => raw::reach(libc::SYS_io_uring_setup, [0; 4]),
            Self::KernelProgram => raw::reach(libc::SYS_bpf, [0; 4]),
            Self::CountEvents => raw::reach(libc::SYS_perf_event_open, [0, 0, -1, -1]),
            Self::CatchFaults => raw::reach(libc::SYS_userfaultfd, [1 << 20, 0, 0, 0]),
            Self::ReadVariable => match std::env::vars_os().next() {
                Some(_) => Ok(()),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            Self::ReadInherited => raw::find_inherited(b"inherited"),
            Self::WriteStandardOutput => raw::write_standard_output(),
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
            Self::UseOpenFile => opened(open)?.file.write_all(b"x"),
            Self::Abort => raw::signal_self(),
            Self::Thread => std::thread::Builder::new()
                .spawn(|| ())?
                .join()
                .map_err(|_| io::Error::other("the thread panicked")),
            Self::Accept => accept(&opened(open)?),
        }
    }
}

fn opened(open: Option<Open>) -> io::Result<Open> {
    open.ok_or_else(|| io::Error::other("nothing was opened"))
}

/// Accepts the connection that was opened before, and reads what it said.
fn accept(open: &Open) -> io::Result<()> {
    let (mut server, _) = open.listener.accept()?;
    server.set_nodelay(true)?;
    server.read_exact(&mut [0])
}
