//! The session's console: this process's standard streams, byte for byte.
//!
//! Nothing is read before the guest asks for it, and a reader that does not keep up slows the guest down instead of filling memory. The
//! streams stay in blocking mode, as other processes share them: a descriptor is asked by `poll` first, and touched only when it is ready.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::{Arc, Mutex};

use croquant_sandbox::{Answer, BoxFuture, Console, Message, MessageKind, Stream};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{SFlag, fstat};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// What a pipe that is ready takes without blocking: one page.
const PIPE_CHUNK: usize = 4096;
/// What is written to a file at once; a file never blocks for long.
const FILE_CHUNK: usize = 1 << 20;
/// The most that is read at once, whatever the guest asks for. Bounds the host's memory.
const READ_CHUNK: usize = 64 << 10;
/// How much of the end of stderr is kept, to look for an error that croquant can explain.
const TAIL: usize = 1024;

/// The end of what was written to stderr.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    /// The last line that has something in it.
    pub(crate) fn last_line(&self) -> String {
        let bytes = self.0.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        text.trim_end().lines().next_back().unwrap_or("").to_owned()
    }

    fn push(&self, bytes: &[u8]) {
        if let Ok(mut tail) = self.0.lock() {
            let new = &bytes[bytes.len().saturating_sub(TAIL)..];
            let surplus = (tail.len() + new.len()).saturating_sub(TAIL);
            tail.drain(..surplus);
            tail.extend_from_slice(new);
        }
    }
}

/// Standard input, output and error.
pub(crate) struct StdStreams {
    stdin: Descriptor<io::Stdin>,
    stdout: Descriptor<io::Stdout>,
    stderr: Descriptor<io::Stderr>,
    tail: Tail,
}

impl StdStreams {
    /// The streams, and the end of what the guest will have written to stderr.
    pub(crate) fn new() -> (Self, Tail) {
        let tail = Tail::default();
        let streams = Self {
            stdin: Descriptor::new(io::stdin(), Interest::READABLE),
            stdout: Descriptor::new(io::stdout(), Interest::WRITABLE),
            stderr: Descriptor::new(io::stderr(), Interest::WRITABLE),
            tail: tail.clone(),
        };
        (streams, tail)
    }
}

impl Console for StdStreams {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        match stream {
            Stream::Stdout => Box::pin(self.stdout.write_all(bytes)),
            Stream::Stderr => {
                self.tail.push(bytes);
                Box::pin(self.stderr.write_all(bytes))
            }
        }
    }

    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(self.stdin.read(max.min(READ_CHUNK)))
    }

    fn input(&mut self, _prompt: String, _password: bool) -> BoxFuture<'_, Answer> {
        // In the modes of the command line, `input()` reads standard input.
        Box::pin(async { Answer::Unsupported })
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        // Results and tracebacks are printed by Python itself; what is left is an uncaught exception at the prompt.
        if message.kind == MessageKind::Error {
            crate::repl::print_error(&message.json);
        }
        Box::pin(std::future::ready(()))
    }
}

/// One of the three standard descriptors.
struct Descriptor<S> {
    stream: S,
    interest: Interest,
    /// The most that is written at once.
    chunk: usize,
    waiter: Waiter,
}

/// How to wait until a descriptor is ready.
enum Waiter {
    /// No wait was needed so far.
    None,
    Event(AsyncFd<RawFd>),
    /// A file, which is always ready and which the event queue does not take.
    Always,
}

impl Waiter {
    /// How to wait for the standard stream `fd`.
    fn of(fd: RawFd, interest: Interest) -> io::Result<Self> {
        #[expect(
            unsafe_code,
            reason = "tokio's only way to wait for a descriptor that it does not own"
        )]
        // SAFETY: the standard streams are never closed in this process, so the descriptor outlives its registration.
        let registered = unsafe { AsyncFd::register_with_interest(fd, interest) };
        match registered.map_err(io::Error::from) {
            Ok(event) => Ok(Self::Event(event)),
            Err(error) if error.raw_os_error() == Some(Errno::EPERM as i32) => Ok(Self::Always),
            Err(error) => Err(error),
        }
    }
}

impl<S: AsFd + AsRawFd> Descriptor<S> {
    fn new(stream: S, interest: Interest) -> Self {
        Self {
            stream,
            interest,
            chunk: 0,
            waiter: Waiter::None,
        }
    }

    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if self.chunk == 0 {
            self.chunk = chunk(self.stream.as_fd());
        }
        while !bytes.is_empty() {
            self.ready().await?;
            let part = &bytes[..bytes.len().min(self.chunk)];
            match nix::unistd::write(self.stream.as_fd(), part) {
                Ok(n) => bytes = &bytes[n..],
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    async fn read(&mut self, max: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; max];
        loop {
            self.ready().await?;
            match nix::unistd::read(self.stream.as_fd(), &mut buffer) {
                Ok(n) => {
                    buffer.truncate(n);
                    return Ok(buffer);
                }
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// Waits until the next read or write does not block. Nothing is lost if the wait is given up.
    async fn ready(&mut self) -> io::Result<()> {
        while !self.is_ready()? {
            match &self.waiter {
                Waiter::Always => return Ok(()),
                Waiter::Event(event) => {
                    let mut guard = event.ready(self.interest).await?;
                    if !self.is_ready()? {
                        guard.clear_ready();
                    }
                }
                Waiter::None => {
                    self.waiter = Waiter::of(self.stream.as_raw_fd(), self.interest)?;
                }
            }
        }
        Ok(())
    }

    fn is_ready(&self) -> io::Result<bool> {
        let wanted = if self.interest.is_readable() {
            PollFlags::POLLIN
        } else {
            PollFlags::POLLOUT
        };
        let mut fds = [PollFd::new(self.stream.as_fd(), wanted)];
        match poll(&mut fds, PollTimeout::ZERO) {
            // Errors and hang-ups count as ready: the call itself then says what it is.
            Ok(n) => Ok(n > 0),
            Err(Errno::EINTR) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }
}

fn chunk(fd: BorrowedFd<'_>) -> usize {
    match fstat(fd) {
        Ok(stat) if SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG => {
            FILE_CHUNK
        }
        _ => PIPE_CHUNK,
    }
}
