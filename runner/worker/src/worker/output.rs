//! Where messages to the supervisor go.

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};

use crate::wire::{FromWorker, frame};

/// How much is put together before it is sent. Protects this process's memory.
const TOGETHER_BYTES: usize = 64 << 10;

/// Where messages to the supervisor go, several together where nobody waits for the first: a message that is sent alone costs as much as printing
/// it does. A supervisor that is behind makes the whole worker wait: it always reads, whatever its clients do.
#[derive(Debug, Clone)]
pub(super) struct Output(Arc<Mutex<Waiting>>);

#[derive(Debug)]
struct Waiting {
    /// It does not wait by itself.
    socket: Arc<UnixStream>,
    frames: Vec<u8>,
    /// When a call was last answered.
    answered: Option<Instant>,
}

impl Output {
    /// The socket does not wait by itself.
    pub(super) fn new(socket: Arc<UnixStream>) -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            socket,
            frames: Vec::new(),
            answered: None,
        })))
    }

    /// Puts a message behind those that are to be sent. They are sent with the next one that cannot wait, when the guest's turn is over, and
    /// before this thread sleeps.
    pub(super) fn put(&self, message: &FromWorker) {
        let mut waiting = self.waiting();
        if let Err(error) = frame::append(&mut waiting.frames, message) {
            tracing::error!(%error, "a message cannot be sent");
        }
        if waiting.frames.len() >= TOGETHER_BYTES {
            waiting.send();
        }
    }

    /// Sends a message, behind those that wait.
    pub(super) fn send(&self, message: &FromWorker) {
        self.put(message);
        self.flush();
    }

    /// Sends the answer to a call.
    pub(super) fn answer(&self, message: &FromWorker) {
        self.send(message);
        self.waiting().answered = Some(Instant::now());
    }

    /// When a call was last answered, unless that was said before.
    pub(super) fn last_answer(&self) -> Option<Instant> {
        self.waiting().answered.take()
    }

    /// Sends what waits.
    pub(super) fn flush(&self) {
        self.waiting().send();
    }

    pub(super) fn send_frame(&self, frame: &[u8]) -> io::Result<()> {
        send_all(&self.waiting().socket, frame)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn send(&mut self) {
        if self.frames.is_empty() {
            return;
        }
        // The supervisor is gone: whoever reads sees that, too, and ends this process.
        let _ = send_all(&self.socket, &self.frames);
        self.frames.clear();
        // A long message has gone through: its room is given back.
        self.frames.shrink_to(TOGETHER_BYTES);
    }
}

fn send_all(mut socket: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.write(bytes) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(socket, PollFlags::OUT)], None)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
