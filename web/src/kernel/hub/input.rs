//! Questions of the guest to the reader. Waiting for the answer holds no thread.

use std::sync::{Arc, MutexGuard};

use serde::Deserialize;
use tokio::sync::oneshot;

use super::super::messages::{InputReply, InputRequest};
use super::super::outbox::Item;
use super::super::wire::{Channel, Outgoing, Request};
use super::{Hub, Origin, To};

/// The question that is open.
#[derive(Debug)]
pub(super) struct Pending {
    question: Arc<Outgoing>,
    answer: oneshot::Sender<String>,
}

/// Takes a question back when nobody waits for its answer any more.
struct Asked<'a> {
    hub: &'a Hub,
    msg_id: String,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut pending = self.hub.lock_input();
        if pending
            .as_ref()
            .is_some_and(|pending| pending.question.msg_id == self.msg_id)
        {
            *pending = None;
        }
    }
}

impl Hub {
    /// Asks for a line. `None` if the question was taken back.
    pub(crate) async fn ask(&self, of: &Origin, prompt: String, password: bool) -> Option<String> {
        let content = InputRequest { prompt, password };
        let question = self.message(Channel::Stdin, "input_request", &of.header, &content);
        let (answer, answered) = oneshot::channel();
        let _asked = Asked {
            hub: self,
            msg_id: question.msg_id.clone(),
        };
        let message = Outgoing::clone(&question);
        *self.lock_input() = Some(Pending { question, answer });
        self.outbox
            .push(Item::Message(message, To::Client(of.client)));
        answered.await.ok()
    }

    /// Takes an `input_reply`. One that answers no open question is ignored.
    pub(crate) fn answer(&self, request: &Request) {
        #[derive(Deserialize, Default)]
        struct Parent {
            #[serde(default)]
            msg_id: String,
        }
        let Ok(reply) = request.content::<InputReply>() else {
            return;
        };
        let parent: Parent =
            serde_json::from_str(request.parent_header.as_str()).unwrap_or_default();
        let mut pending = self.lock_input();
        let fits = |pending: &Pending| {
            parent.msg_id.is_empty() || parent.msg_id == pending.question.msg_id
        };
        if pending.as_ref().is_some_and(fits)
            && let Some(pending) = pending.take()
        {
            // Whoever asked may have been interrupted just now.
            let _ = pending.answer.send(reply.value);
        }
    }

    /// The open question, for a client that connects while it is open.
    pub(super) fn asked(&self) -> Option<Arc<Outgoing>> {
        let pending = self.lock_input();
        pending
            .as_ref()
            .map(|pending| Arc::clone(&pending.question))
    }

    fn lock_input(&self) -> MutexGuard<'_, Option<Pending>> {
        self.input.lock().expect("no holder panics")
    }
}
