//! Where messages to the supervisor go.

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};

use crate::wire::{FromWorker, frame};

/// Where messages to the supervisor go. A supervisor that is behind makes the whole worker wait: it always reads, whatever its clients do.
#[derive(Debug, Clone)]
pub(super) struct Output(Arc<Mutex<Arc<UnixStream>>>);

impl Output {
    /// The socket does not wait by itself.
    pub(super) fn new(socket: Arc<UnixStream>) -> Self {
        Self(Arc::new(Mutex::new(socket)))
    }

    pub(super) fn send(&self, message: &FromWorker) {
        match frame::encode(message) {
            // The supervisor is gone: whoever reads sees that, too, and ends this process.
            Ok(frame) => drop(self.send_frame(&frame)),
            Err(error) => tracing::error!(%error, "a message cannot be sent"),
        }
    }

    pub(super) fn send_frame(&self, mut frame: &[u8]) -> io::Result<()> {
        let socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !frame.is_empty() {
            match (&**socket).write(frame) {
                Ok(bytes) => frame = &frame[bytes..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&*socket, PollFlags::OUT)], None)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
