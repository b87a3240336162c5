//! What a kernel has to say, in order, on its way to the clients.
//!
//! Output waits for room here, and so slows the guest down; so do requests, before their turn. Answers to what cannot wait (an
//! interrupt, a refusal) do not: past a hard limit they are dropped, for then nobody reads them anyway.
//!
//! **Invariant:** what waits here is never larger than [`HARD_LIMIT_BYTES`] and one item.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::Notify;

use super::hub::To;
use super::wire::{Json, Outgoing};

/// How much output waits for delivery before the guest does. Protects memory.
const ROOM_BYTES: usize = 256 << 10;

/// How much may wait at all. Protects memory from clients that ask on and on and never read the answers.
const HARD_LIMIT_BYTES: usize = 16 << 20;

/// Something to deliver.
#[derive(Debug)]
pub(crate) enum Item {
    Message(Outgoing, To),
    /// A piece of a stream, which may be merged with its neighbours.
    Stream {
        name: &'static str,
        parent_header: Json,
        text: String,
    },
}

impl Item {
    fn weight(&self) -> usize {
        match self {
            Self::Message(message, _) => message.weight(),
            Self::Stream { text, .. } => text.len() + 64,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    arrived: Notify,
    taken: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    weight: usize,
}

impl Outbox {
    pub(crate) fn push(&self, item: Item) {
        let mut queue = self.lock();
        if queue.weight >= HARD_LIMIT_BYTES {
            tracing::debug!("a message is dropped: nobody reads");
            return;
        }
        queue.weight += item.weight();
        queue.items.push_back(item);
        drop(queue);
        self.arrived.notify_one();
    }

    pub(crate) fn has_room(&self) -> bool {
        self.lock().weight < ROOM_BYTES
    }

    /// Waits until there is room for more output.
    pub(crate) async fn room(&self) {
        self.until(|queue| queue.weight < ROOM_BYTES).await;
    }

    /// Waits until everything has been taken.
    pub(crate) async fn emptied(&self) {
        self.until(|queue| queue.items.is_empty()).await;
    }

    async fn until(&self, is_so: impl Fn(&Queue) -> bool) {
        loop {
            let mut taken = std::pin::pin!(self.taken.notified());
            // Before looking, so that what is taken after the look is noticed.
            taken.as_mut().enable();
            if is_so(&self.lock()) {
                return;
            }
            taken.await;
        }
    }

    /// The next item, when there is one. For one task only.
    pub(crate) async fn next(&self) -> Item {
        loop {
            if let Some(item) = self.pop() {
                return item;
            }
            self.arrived.notified().await;
        }
    }

    fn pop(&self) -> Option<Item> {
        let mut queue = self.lock();
        let item = queue.items.pop_front()?;
        queue.weight -= item.weight();
        drop(queue);
        self.taken.notify_waiters();
        Some(item)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().expect("no holder panics")
    }
}
