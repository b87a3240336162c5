//! Where a session is: its worker, and what has come from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc};

use super::link::Link;
use crate::error::Error;
use crate::wire::{FromWorker, Number, ToWorker};

/// How much room is given back at once.
const CREDIT_BYTES: usize = 32 << 10;

/// A session's mail, as it comes.
#[derive(Debug)]
pub(super) struct Mail {
    /// What was sent and not yet taken.
    held_bytes: AtomicUsize,
    most_bytes: usize,
    is_hurried: AtomicBool,
    hurry: Notify,
}

impl Mail {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            held_bytes: AtomicUsize::new(0),
            most_bytes,
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

    pub(super) fn begin_call(&self) {
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
        if !message.is_output() {
            self.mail.release(bytes);
        }
        Some(message)
    }

    /// Says that output of this cost has been taken.
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
