//! One connected client, and what waits while there is none.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::super::wire::{Json, Outgoing};
use super::{Hub, To};

/// How much may be on its way to one client. Protects memory from clients that never read.
const CLIENT_BYTES: usize = 1 << 20;
const CLIENT_MESSAGES: usize = 1_024;

/// How many clients a kernel may have at once: tabs of one page.
const MAX_CLIENTS: usize = 32;

/// How much is kept for a client that comes back.
const BACKLOG_BYTES: usize = 1 << 20;
const BACKLOG_MESSAGES: usize = 4_096;

/// How long a client may read nothing while others wait behind it. Then it is cut off; it may come back.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientId(u64);

/// A message on its way, with the room that it takes.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) message: Arc<Outgoing>,
    _room: Option<OwnedSemaphorePermit>,
}

/// The hub's end of a connection.
#[derive(Debug, Clone)]
pub(super) struct Line {
    id: ClientId,
    sender: mpsc::Sender<Parcel>,
    room: Arc<Semaphore>,
}

impl Line {
    /// Whether the message was taken.
    async fn send(&self, message: Arc<Outgoing>) -> bool {
        let wanted = message.weight().min(CLIENT_BYTES) as u32;
        let send = async {
            let room = Arc::clone(&self.room);
            let room = room.acquire_many_owned(wanted).await.ok();
            let parcel = Parcel {
                message,
                _room: room,
            };
            self.sender.send(parcel).await.is_ok()
        };
        tokio::time::timeout(PATIENCE, send).await.unwrap_or(false)
    }
}

/// The client's end of a connection; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Connection {
    hub: Arc<Hub>,
    pub(crate) id: ClientId,
    /// What was said before.
    backlog: VecDeque<Arc<Outgoing>>,
    receiver: mpsc::Receiver<Parcel>,
}

impl Connection {
    /// The next message; `None` when the kernel is gone, or has given this client up.
    pub(crate) async fn next(&mut self) -> Option<Parcel> {
        match self.backlog.pop_front() {
            Some(message) => Some(Parcel {
                message,
                _room: None,
            }),
            None => self.receiver.recv().await,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.detach(self.id);
    }
}

/// The last of what was said while nobody listened.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    messages: VecDeque<Arc<Outgoing>>,
    weight: usize,
    dropped: usize,
}

impl Backlog {
    fn push(&mut self, message: Arc<Outgoing>) {
        self.weight += message.weight();
        self.messages.push_back(message);
        while self.weight > BACKLOG_BYTES || self.messages.len() > BACKLOG_MESSAGES {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.weight -= oldest.weight();
            self.dropped += 1;
        }
    }
}

impl Hub {
    /// Connects a client; it hears what was said while nobody was connected, and what is still being asked. `None` if there
    /// are too many.
    pub(crate) fn attach(self: &Arc<Self>) -> Option<Connection> {
        let asked = self.asked();
        let mut clients = self.lock_clients();
        if clients.lines.len() >= MAX_CLIENTS {
            return None;
        }
        let (sender, receiver) = mpsc::channel(CLIENT_MESSAGES);
        let id = ClientId(clients.next);
        clients.next += 1;
        let backlog = std::mem::take(&mut clients.backlog);
        if !clients.closed {
            clients.lines.push(Line {
                id,
                sender,
                room: Arc::new(Semaphore::new(CLIENT_BYTES)),
            });
        }
        drop(clients);
        Some(Connection {
            hub: Arc::clone(self),
            id,
            backlog: self.replay(backlog, asked),
            receiver,
        })
    }

    fn replay(&self, backlog: Backlog, asked: Option<Arc<Outgoing>>) -> VecDeque<Arc<Outgoing>> {
        let mut messages = backlog.messages;
        if backlog.dropped > 0 {
            let parent = messages
                .front()
                .map_or_else(Json::empty, |message| message.parent_header.clone());
            let text = "[some output was dropped while the page was away]\n";
            messages.push_front(Arc::new(self.stream_message("stderr", parent, text)));
        }
        messages.extend(asked.filter(|asked| !messages.contains(asked)));
        messages
    }

    fn detach(&self, id: ClientId) {
        self.lock_clients().lines.retain(|line| line.id != id);
    }

    /// How many clients are connected.
    pub(crate) fn connections(&self) -> usize {
        self.lock_clients().lines.len()
    }

    /// Whether a cell's output or reply waits for somebody to come back.
    pub(crate) fn is_unheard(&self) -> bool {
        let clients = self.lock_clients();
        let mut waiting = clients.backlog.messages.iter();
        waiting.any(|message| message.msg_type != "status")
    }

    /// Ends all connections, and takes no more.
    pub(crate) fn close(&self) {
        let mut clients = self.lock_clients();
        clients.closed = true;
        clients.lines.clear();
    }

    /// Hands a message to those that it is for; waits for the slowest of them.
    pub(super) async fn deliver(&self, message: Outgoing, to: To) {
        let message = Arc::new(message);
        for line in self.lines_for(&message, to) {
            if !line.send(Arc::clone(&message)).await {
                tracing::debug!(client = line.id.0, "a client does not read and is cut off");
                self.detach(line.id);
            }
        }
    }

    /// The lines to send `message` on; with none, it is kept.
    fn lines_for(&self, message: &Arc<Outgoing>, to: To) -> Vec<Line> {
        let mut clients = self.lock_clients();
        if clients.lines.is_empty() && !clients.closed {
            clients.backlog.push(Arc::clone(message));
        }
        let one = clients
            .lines
            .iter()
            .find(|line| to == To::Client(line.id))
            .cloned();
        one.map_or_else(|| clients.lines.clone(), |line| vec![line])
    }
}
