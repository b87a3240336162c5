//! The process that starts workers for a supervisor that cannot: one that has confined itself.
//!
//! A request is a letter and four bytes. `s` starts a worker: the answer is its process id, with the socket to it, or zero. `k` ends the one with
//! that process id, and has no answer.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use crate::error::Error;
use crate::{inherited, role};

const START: u8 = b's';
const END: u8 = b'k';

/// This executable, whatever has become of its path.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// How long it may take to start a worker's process. It takes a millisecond.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that starts workers. It ends, and all workers with it, when this is dropped.
#[derive(Debug)]
pub struct Spawner {
    socket: Mutex<UnixStream>,
    /// Nothing is ever said on it: it closes when the process ends.
    lifeline: UnixStream,
    /// Nobody waits for it: it ends last, when this process may be confined.
    _process: Child,
}

impl Spawner {
    /// Starts it. This has to come before the own process is confined.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn start() -> io::Result<Self> {
        let (own, other) = UnixStream::pair()?;
        own.set_read_timeout(Some(PATIENCE))?;
        let (lifeline, its_end) = UnixStream::pair()?;
        lifeline.set_nonblocking(true)?;
        let process = Command::new(OWN_PROGRAM)
            .arg0(role::SPAWNER)
            .stdin(OwnedFd::from(other))
            .stdout(OwnedFd::from(its_end))
            // Ctrl-C is for the server, which then ends its workers in its own time.
            .process_group(0)
            .spawn()?;
        Ok(Self {
            socket: Mutex::new(own),
            lifeline,
            _process: process,
        })
    }

    /// Starts a worker: its process id, and the socket to it.
    pub(crate) fn worker(&self) -> Result<(u32, UnixStream), Error> {
        let mut socket = self.socket();
        socket.write_all(&[START, 0, 0, 0, 0])?;
        let mut answer = [0; 4];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut passed = RecvAncillaryBuffer::new(&mut space);
        let received = recvmsg(
            &*socket,
            &mut [IoSliceMut::new(&mut answer)],
            &mut passed,
            RecvFlags::CMSG_CLOEXEC,
        );
        let bytes = received.map_err(io::Error::from)?.bytes;
        // Four bytes that were written at once; should they come in two parts, the socket comes with the first.
        if bytes == 0 {
            return Err(Error::start("the process that starts workers has ended"));
        }
        let sockets = passed.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(sockets) => Some(sockets),
            _ => None,
        });
        let received: Vec<OwnedFd> = sockets.flatten().collect();
        socket.read_exact(&mut answer[bytes..])?;
        match received.into_iter().next() {
            Some(worker) => Ok((u32::from_le_bytes(answer), worker.into())),
            None => Err(Error::start("the log says why")),
        }
    }

    /// Ends a worker that this has started.
    pub(crate) fn end(&self, worker: u32) {
        let [a, b, c, d] = worker.to_le_bytes();
        if let Err(error) = self.socket().write_all(&[END, a, b, c, d]) {
            tracing::error!(%error, "a worker cannot be ended");
        }
    }

    /// Waits until the process has ended.
    pub(crate) async fn ended(&self) -> io::Result<()> {
        let lifeline = tokio::net::UnixStream::from_std(self.lifeline.try_clone()?)?;
        lifeline.readable().await
    }

    fn socket(&self) -> MutexGuard<'_, UnixStream> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The spawner's own process: serves requests until its supervisor is gone, and takes the workers with it.
pub(crate) fn run() -> Result<(), Error> {
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    inherited::ignore_stops();
    // Not on kernels before 5.11, where a worker may hold what its server was started with.
    if let Err(error) = inherited::keep_to_oneself() {
        eprintln!("{}: descriptors may be inherited: {error}", role::SPAWNER);
    }
    let image = croquant_guest::open().map_err(Error::start)?;
    // No folder of the server's is held, here and in the workers: to start one elsewhere, this process would have to be copied for it.
    std::env::set_current_dir("/")?;
    let mut workers: Vec<Child> = Vec::new();
    let mut request = [0; 5];
    while socket.read_exact(&mut request).is_ok() {
        let [what, a, b, c, d] = request;
        // A worker that has died is forgotten when the next one takes its place.
        workers.retain_mut(lives);
        match what {
            START => match start(&image) {
                Ok((worker, its_socket)) => {
                    answer(&socket, worker.id(), Some(&its_socket))?;
                    workers.push(worker);
                }
                Err(error) => {
                    eprintln!("{}: a worker cannot be started: {error}", role::SPAWNER);
                    answer(&socket, 0, None)?;
                }
            },
            END => {
                let meant = u32::from_le_bytes([a, b, c, d]);
                // Only one that is still its child: another process may have the number of one that was.
                let ended = workers.extract_if(.., |worker| worker.id() == meant);
                ended.for_each(|mut worker| end(&mut worker));
            }
            _ => break,
        }
    }
    workers.iter_mut().for_each(end);
    Ok(())
}

/// Whether a worker still runs. How one has ended is for the server's log: nobody else hears of it.
fn lives(worker: &mut Child) -> bool {
    match worker.try_wait() {
        Ok(None) => true,
        Ok(Some(status)) => {
            tell(worker, status);
            false
        }
        Err(_) => false,
    }
}

fn end(worker: &mut Child) {
    // An error means that it has ended already.
    let _ = worker.kill();
    if let Ok(status) = worker.wait()
        && status.signal() != Some(libc::SIGKILL)
    {
        tell(worker, status);
    }
}

fn tell(worker: &Child, status: ExitStatus) {
    if !status.success() {
        let (name, process) = (role::SPAWNER, worker.id());
        eprintln!("{name}: worker {process} has ended: {status}");
    }
}

/// Starts a worker. Its standard input is its socket and its standard output the image, so that it opens no file; and it
/// inherits no variable, as a guest that breaks out would read them.
fn start(image: &File) -> io::Result<(Child, UnixStream)> {
    let (own, other) = UnixStream::pair()?;
    let worker = Command::new(OWN_PROGRAM)
        .arg0(role::WORKER)
        .env_clear()
        .stdin(OwnedFd::from(other))
        .stdout(image.try_clone()?)
        .spawn()?;
    Ok((worker, own))
}

fn answer(socket: &UnixStream, worker: u32, passed: Option<&UnixStream>) -> Result<(), Error> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut message = SendAncillaryBuffer::new(&mut space);
    let sockets: Vec<_> = passed.iter().map(|socket| socket.as_fd()).collect();
    if !sockets.is_empty() {
        message.push(SendAncillaryMessage::ScmRights(&sockets));
    }
    let bytes = worker.to_le_bytes();
    sendmsg(
        socket,
        &[IoSlice::new(&bytes)],
        &mut message,
        SendFlags::NOSIGNAL,
    )
    .map_err(io::Error::from)?;
    Ok(())
}
