//! What is on its way to a worker.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::UnixStream;
use tokio::sync::Notify;

/// Sends at once what the socket takes: handing it to another task first would take as long as sending it. What the socket does not take waits for
/// the task that [`Outgoing::send_on`] is.
#[derive(Debug)]
pub(super) struct Outgoing {
    socket: Arc<UnixStream>,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The task is at it: whatever comes now belongs behind that.
    is_sending: bool,
}

impl Outgoing {
    pub(super) fn new(socket: Arc<UnixStream>) -> Self {
        Self {
            socket,
            waiting: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Sends a frame. Of a worker that is gone, whoever reads hears.
    pub(super) fn send(&self, frame: &[u8]) {
        let mut waiting = self.waiting();
        let sent = if waiting.is_sending {
            0
        } else {
            self.socket.try_write(frame).unwrap_or(0)
        };
        if sent < frame.len() {
            waiting.bytes.extend_from_slice(&frame[sent..]);
            if !waiting.is_sending {
                waiting.is_sending = true;
                self.wake.notify_one();
            }
        }
    }

    /// Sends what waits, whenever the socket has room, until the worker is gone.
    pub(super) async fn send_on(&self) {
        loop {
            self.wake.notified().await;
            while let Some(bytes) = self.next() {
                if self.send_all(&bytes).await.is_err() {
                    return;
                }
            }
        }
    }

    fn next(&self) -> Option<Vec<u8>> {
        let mut waiting = self.waiting();
        let bytes = std::mem::take(&mut waiting.bytes);
        waiting.is_sending = !bytes.is_empty();
        waiting.is_sending.then_some(bytes)
    }

    async fn send_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.socket.writable().await?;
            match self.socket.try_write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    /// Many times what a socket holds: all of it arrives, in order.
    #[tokio::test]
    async fn what_the_socket_does_not_take_waits() {
        let (ours, mut theirs) = UnixStream::pair().expect("there are sockets");
        let outgoing = Arc::new(Outgoing::new(Arc::new(ours)));
        let sender = Arc::clone(&outgoing);
        let task = tokio::spawn(async move { sender.send_on().await });
        let mut expected = Vec::new();
        for number in 0..2_000_u32 {
            let frame = number.to_le_bytes().repeat(1 + number as usize % 500);
            outgoing.send(&frame);
            expected.extend_from_slice(&frame);
            if number % 7 == 0 {
                tokio::task::yield_now().await;
            }
        }
        assert!(outgoing.waiting().is_sending, "the socket took it all");
        let mut come = vec![0; expected.len()];
        theirs.read_exact(&mut come).await.expect("it comes");
        assert!(come == expected);
        task.abort();
    }
}
