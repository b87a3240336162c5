//! Where a session is: its worker, and what has come from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc};

use super::link::Link;
use crate::error::Error;
use crate::wire::{CHECKPOINT_BYTES, CREDIT_BYTES, FromWorker, Number, State, ToWorker};

/// A session's mail, as it comes.
#[derive(Debug)]
pub(super) struct Mail {
    /// What was sent and not yet taken.
    held_bytes: AtomicUsize,
    most_bytes: usize,
    /// Whether the worker owes an answer: one at a time.
    is_asked: AtomicBool,
    /// What is kept of the session, as far as the worker knows.
    kept_bytes: AtomicUsize,
    is_hurried: AtomicBool,
    hurry: Notify,
}

impl Mail {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            held_bytes: AtomicUsize::new(0),
            most_bytes,
            is_asked: AtomicBool::new(true),
            kept_bytes: AtomicUsize::new(0),
            is_hurried: AtomicBool::new(false),
            hurry: Notify::new(),
        }
    }

    /// Counts a message that came; false if that is more than may be held.
    pub(super) fn hold(&self, bytes: usize) -> bool {
        self.held_bytes.fetch_add(bytes, Ordering::AcqRel) + bytes <= self.most_bytes
    }

    fn release(&self, bytes: usize) {
        self.held_bytes.fetch_sub(bytes, Ordering::AcqRel);
    }

    /// The call was stopped: its output waits for nobody any more.
    pub(super) fn hurry(&self) {
        self.is_hurried.store(true, Ordering::Release);
        self.hurry.notify_one();
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.held_bytes.load(Ordering::Acquire)
    }

    /// Notes an answer; false if none was owed.
    pub(super) fn answer(&self) -> bool {
        self.is_asked.swap(false, Ordering::AcqRel)
    }

    /// Notes what is to be kept; false if that is more than may be.
    pub(super) fn keep(&self, state: &State) -> bool {
        let bytes = match state {
            State::Nothing => 0,
            State::Whole(whole) => whole.0.len(),
            State::More(more) => self.kept_bytes.load(Ordering::Acquire) + more.0.len(),
        };
        self.kept_bytes.store(bytes, Ordering::Release);
        bytes <= CHECKPOINT_BYTES
    }

    /// A call is about to be sent.
    pub(super) fn begin_call(&self) {
        self.is_asked.store(true, Ordering::Release);
        self.is_hurried.store(false, Ordering::Release);
    }

    pub(super) fn is_hurried(&self) -> bool {
        self.is_hurried.load(Ordering::Acquire)
    }

    pub(super) async fn hurried(&self) {
        while !self.is_hurried() {
            self.hurry.notified().await;
        }
    }
}

/// A session's place in a worker. Dropping it ends the session there.
#[derive(Debug)]
pub(super) struct Place {
    link: Arc<Link>,
    number: Number,
    pub(super) mail: Arc<Mail>,
    inbox: mpsc::UnboundedReceiver<FromWorker>,
    /// Room that was taken and is not given back yet.
    owed_bytes: usize,
}

impl Place {
    pub(super) fn new(
        link: Arc<Link>,
        number: Number,
        mail: Arc<Mail>,
        inbox: mpsc::UnboundedReceiver<FromWorker>,
    ) -> Self {
        Self {
            link,
            number,
            mail,
            inbox,
            owed_bytes: 0,
        }
    }

    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    pub(super) fn number(&self) -> Number {
        self.number
    }

    pub(super) fn send(&self, message: &ToWorker) -> Result<(), Error> {
        self.link.send(message)
    }

    /// The next message; `None` when the worker is lost.
    pub(super) async fn receive(&mut self) -> Option<FromWorker> {
        let message = self.inbox.recv().await?;
        let bytes = message.cost();
        if !message.takes_room() {
            self.mail.release(bytes);
        }
        Some(message)
    }

    /// Says that a message of this cost, which took room, has been dealt with.
    pub(super) fn took(&mut self, bytes: usize) {
        self.mail.release(bytes);
        self.owed_bytes += bytes;
        if self.owed_bytes >= CREDIT_BYTES {
            let bytes = u32::try_from(self.owed_bytes).unwrap_or(u32::MAX);
            self.owed_bytes = 0;
            // It is short, so it can be sent.
            let _ = self.send(&ToWorker::Credit(self.number, bytes));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.send(&ToWorker::End(self.number));
    }
}
