//! A kernel's clients: who is connected, what each is sent, and what waits for someone to come back.

mod client;
mod input;
mod pump;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use serde::Serialize;

use super::messages::{ExecutionState, StreamContent};
use super::outbox::{Item, Outbox};
use super::wire::{self, Channel, Headers, Json, Outgoing};
use client::{Backlog, Line};
pub(crate) use client::{ClientId, Connection};
use input::Pending;
pub(crate) use pump::pump;

/// Whom a message is for. One whose client has gone is for all that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    All,
    Client(ClientId),
}

/// Where a request came from: what an answer to it needs.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) client: ClientId,
    /// The request's header, which goes back as the parent header.
    pub(crate) header: Json,
}

/// The outer side of a kernel. Messages are put into one queue, and so arrive in order whatever their channel.
#[derive(Debug)]
pub(crate) struct Hub {
    headers: Headers,
    pub(crate) outbox: Outbox,
    clients: Mutex<Clients>,
    input: Mutex<Option<Pending>>,
    activity: Mutex<Activity>,
}

#[derive(Debug, Default)]
struct Clients {
    lines: Vec<Line>,
    next: u64,
    /// What was said while nobody was connected.
    backlog: Backlog,
    closed: bool,
}

/// What a kernel does, for the REST interface and the caretaker.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) state: ExecutionState,
    /// When something last happened, as the protocol writes times.
    pub(crate) last: String,
    pub(crate) since: Instant,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self {
            headers: Headers::new(),
            outbox: Outbox::default(),
            clients: Mutex::default(),
            input: Mutex::default(),
            activity: Mutex::new(Activity::now(ExecutionState::Starting)),
        }
    }

    /// Says something to all clients on the iopub channel.
    pub(crate) fn publish(&self, msg_type: &'static str, parent: &Json, content: Json) {
        let message = self
            .headers
            .message(Channel::Iopub, msg_type, parent.clone(), content);
        self.outbox.push(Item::Message(message, To::All));
    }

    /// Says what the kernel does.
    pub(crate) fn status(&self, state: ExecutionState, parent: &Json) {
        *self.lock_activity() = Activity::now(state);
        self.publish("status", parent, state.content());
    }

    /// Says that a request is done, and notes what the kernel does now.
    pub(crate) fn done(&self, state: ExecutionState, parent: &Json) {
        *self.lock_activity() = Activity::now(state);
        self.publish("status", parent, ExecutionState::Idle.content());
    }

    /// Answers a request on the channel on which it came.
    pub(crate) fn reply(
        &self,
        channel: Channel,
        msg_type: &'static str,
        to: &Origin,
        content: Json,
    ) {
        let message = self
            .headers
            .message(channel, msg_type, to.header.clone(), content);
        self.outbox
            .push(Item::Message(message, To::Client(to.client)));
    }

    /// Takes a piece of a stream.
    pub(crate) fn stream(&self, name: &'static str, parent: &Json, text: String) {
        if !text.is_empty() {
            self.outbox.push(Item::Stream {
                name,
                parent_header: parent.clone(),
                text,
            });
        }
    }

    fn stream_message(&self, name: &'static str, parent: Json, text: &str) -> Outgoing {
        let content = Json::of(&StreamContent { name, text });
        self.headers
            .message(Channel::Iopub, "stream", parent, content)
    }

    /// Waits until all that was said is on its way.
    pub(crate) async fn said(&self) {
        self.outbox.emptied().await;
    }

    pub(crate) fn activity(&self) -> Activity {
        self.lock_activity().clone()
    }

    /// Notes that somebody wants something of the kernel.
    pub(crate) fn touch(&self) {
        let mut activity = self.lock_activity();
        *activity = Activity::now(activity.state);
    }

    fn lock_activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock().expect("no holder panics")
    }

    fn lock_clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().expect("no holder panics")
    }

    fn message(
        &self,
        channel: Channel,
        msg_type: &'static str,
        parent: &Json,
        content: &impl Serialize,
    ) -> Arc<Outgoing> {
        let content = Json::of(content);
        let message = self
            .headers
            .message(channel, msg_type, parent.clone(), content);
        Arc::new(message)
    }
}

impl Activity {
    fn now(state: ExecutionState) -> Self {
        Self {
            state,
            last: wire::now(),
            since: Instant::now(),
        }
    }
}
