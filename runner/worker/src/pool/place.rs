//! Where a session is: its worker, and what has come from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc};

use super::link::Link;
use super::vigil::Vigil;
use crate::error::Error;
use crate::wire::{
    CHECKPOINT_BYTES, CREDIT_BYTES, Call, FromWorker, Number, Start, State, ToWorker,
};

/// A session's mail, as it comes.
#[derive(Debug)]
pub(super) struct Mail {
    /// What was sent and not yet taken.
    held_bytes: AtomicUsize,
    most_bytes: usize,
    /// How many answers the worker owes: to the start, and to one call at a time.
    owed: AtomicU32,
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
            owed: AtomicU32::new(0),
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
        let less = |owed: u32| owed.checked_sub(1);
        let (set, get) = (Ordering::AcqRel, Ordering::Acquire);
        self.owed.fetch_update(set, get, less).is_ok()
    }

    fn owe(&self) {
        self.owed.fetch_add(1, Ordering::AcqRel);
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
    /// What the worker has not been told yet.
    start: Option<Box<Start>>,
    /// Room that was taken and is not given back yet.
    owed_bytes: usize,
    /// While a call runs.
    vigil: Option<Vigil>,
}

impl Place {
    pub(super) fn new(
        link: Arc<Link>,
        number: Number,
        mail: Arc<Mail>,
        inbox: mpsc::UnboundedReceiver<FromWorker>,
        start: Box<Start>,
    ) -> Self {
        Self {
            link,
            number,
            mail,
            inbox,
            start: Some(start),
            owed_bytes: 0,
            vigil: None,
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

    /// Starts the session. `None` if the worker is lost before it answers.
    pub(super) async fn start(&mut self) -> Option<Result<(), Error>> {
        if let Some(start) = self.start.take() {
            self.mail.owe();
            if let Err(error) = self.send(&ToWorker::Start(self.number, start)) {
                return Some(Err(error));
            }
        }
        match self.receive().await? {
            FromWorker::Started(_, None) => Some(Ok(())),
            FromWorker::Started(_, Some(failure)) => Some(Err(failure.into())),
            // Nothing else comes before that, from a worker in its right mind.
            _ => None,
        }
    }

    /// Sends a call, and with the first one the session's start, unless it was started before: the worker is woken once for both.
    pub(super) fn call(&mut self, call: Call) -> Result<(), Error> {
        self.mail.is_hurried.store(false, Ordering::Release);
        self.mail.owe();
        self.vigil = Some(Vigil::begin());
        let call = ToWorker::Call(self.number, call);
        match self.start.take() {
            Some(start) => {
                self.mail.owe();
                let start = ToWorker::Start(self.number, start);
                self.link.send_all([&start, &call])
            }
            None => self.send(&call),
        }
    }

    /// The next message; `None` when the worker is lost.
    pub(super) async fn receive(&mut self) -> Option<FromWorker> {
        let seen = match &mut self.vigil {
            Some(vigil) => {
                let look = || {
                    // Several messages come at once: there may be one that was read with the last.
                    self.inbox.try_recv().ok().or_else(|| {
                        self.link.look();
                        self.inbox.try_recv().ok()
                    })
                };
                vigil.look(look).await
            }
            None => None,
        };
        let message = match seen {
            Some(message) => message,
            None => self.inbox.recv().await?,
        };
        let bytes = message.cost();
        if !message.takes_room() {
            self.mail.release(bytes);
        }
        Some(message)
    }

    /// The call's answer is about to come.
    pub(super) fn expect_answer(&mut self) {
        if let Some(vigil) = &mut self.vigil {
            vigil.renew();
        }
    }

    /// The call has ended.
    pub(super) fn end_call(&mut self) {
        self.vigil = None;
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
        match self.start {
            // The worker has never heard of it.
            Some(_) => self.link.close(self.number),
            None => drop(self.send(&ToWorker::End(self.number))),
        }
    }
}
