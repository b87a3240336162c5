//! The owner of a session: one task a kernel, which takes requests one after the other and says what became of them.

mod control;
mod execute;
mod session;
mod tools;

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use croquant_sandbox::{Limits, Policy};
use croquant_worker::{Error, Pool};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::console::{Call, Calls};
use super::history::History;
use super::hub::{ClientId, Hub, Origin};
use super::messages::{self, ErrorContent, ExecutionState};
use super::sleep::{Bed, Note, Page};
use super::wire::{Channel, Json, Request};
use control::Stop;
pub(super) use control::{Control, Rest};
use session::Place;

/// A request that waits for its turn.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) request: Request,
    pub(super) client: ClientId,
    /// The room that it takes in the queue.
    pub(super) _room: Option<OwnedSemaphorePermit>,
}

impl Queued {
    fn origin(&self) -> Origin {
        Origin {
            client: self.client,
            header: self.request.header.raw.clone(),
        }
    }
}

/// What an owner needs to make sessions.
#[derive(Debug, Clone)]
pub(super) struct Means {
    pub(super) pool: Pool,
    pub(super) policy: Policy,
    pub(super) limits: Limits,
    /// How long a session that does nothing stays in memory when it is stored.
    pub(super) nap: Duration,
}

/// What an owner shares with its kernel.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    /// The pages that the kernel belongs to.
    pub(super) pages: Arc<Mutex<Vec<Page>>>,
    /// Whether the store has the kernel as it is now.
    pub(super) is_stored: Arc<AtomicBool>,
}

/// A kernel that an owner takes over.
pub(super) enum Inheritance {
    /// A new one, with its place in the store if there is one.
    New(Option<Bed>),
    /// One that sleeps.
    Asleep(Bed, Note),
}

pub(super) struct Owner {
    means: Means,
    hub: Arc<Hub>,
    calls: Calls,
    place: Place,
    bed: Option<Bed>,
    shared: Shared,
    /// The session's state was too large to be stored.
    is_lost: bool,
    /// The reader knows that the session cannot be stored.
    is_risk_told: bool,
    /// The server stops: so does this kernel, as soon as nothing runs.
    rest: Option<Rest>,
    shell: mpsc::Receiver<Queued>,
    control: mpsc::Receiver<Control>,
    /// Requests taken from `shell` while looking for those to abort.
    waiting: VecDeque<Queued>,
    /// How many cells have been counted in this session.
    count: u32,
    history: History,
}

/// Ends the connections of a kernel that has lost its owner.
struct Closing(Arc<Hub>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Whether the kernel goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    On,
    Over,
    /// It goes on when the server is there again.
    Away,
}

/// What follows a request.
#[derive(Debug)]
enum Next {
    Go,
    /// The client's other cells are given up, too.
    Abort,
    Stop(Stop),
}

impl Owner {
    pub(super) fn new(
        means: Means,
        hub: Arc<Hub>,
        shared: Shared,
        inheritance: Inheritance,
        shell: mpsc::Receiver<Queued>,
        control: mpsc::Receiver<Control>,
    ) -> Self {
        let (place, bed, note) = match inheritance {
            Inheritance::New(bed) => (Place::Gone, bed, Note::default()),
            Inheritance::Asleep(bed, note) => (Place::Asleep, Some(bed), note),
        };
        Self {
            means,
            hub,
            calls: Calls::default(),
            place,
            bed,
            shared,
            is_lost: note.is_lost,
            is_risk_told: false,
            rest: None,
            shell,
            control,
            waiting: VecDeque::new(),
            count: note.count,
            history: note.history,
        }
    }

    /// Begins the session, unless it sleeps, and serves requests until the kernel is shut down.
    pub(super) async fn run(mut self, started: oneshot::Sender<Result<(), Error>>) {
        // However this ends, the clients hear of it.
        let _closing = Closing(Arc::clone(&self.hub));
        let began = match self.place {
            Place::Asleep => {
                self.hub.status(ExecutionState::Idle, &Json::empty());
                Ok(())
            }
            _ => {
                self.hub.status(ExecutionState::Starting, &Json::empty());
                self.begin_stored().await
            }
        };
        let failed = began.is_err();
        // Whoever wanted the kernel may have gone.
        let _ = started.send(began);
        if failed {
            return;
        }
        let end = loop {
            match self.turn().await {
                Life::On => {}
                end => break end,
            }
        };
        let (hub, rest) = (Arc::clone(&self.hub), self.rest.take());
        // From here on the kernel takes nothing more.
        drop(self);
        if end == Life::Over {
            hub.status(ExecutionState::Dead, &Json::empty());
        }
        hub.said().await;
        // Nobody may wait for it any more.
        rest.map(|rest| rest.done.send(()));
    }

    async fn turn(&mut self) -> Life {
        // Clients that do not read the answers do not get more of them.
        let hub = Arc::clone(&self.hub);
        tokio::select! {
            biased;
            control = self.control.recv(), if !hub.outbox.has_room() => return match control {
                Some(control) => self.control(control).await,
                None => Life::Over,
            },
            () = hub.outbox.room() => {}
        }
        if let Some(queued) = self.waiting.pop_front() {
            // Control comes before whatever waits.
            if let Ok(control) = self.control.try_recv() {
                self.waiting.push_front(queued);
                return self.control(control).await;
            }
            return self.serve(queued).await;
        }
        let tired = Self::tire(self.means.nap, self.may_sleep());
        tokio::select! {
            biased;
            control = self.control.recv() => match control {
                Some(control) => self.control(control).await,
                None => Life::Over,
            },
            queued = self.shell.recv() => match queued {
                Some(queued) => self.serve(queued).await,
                None => Life::Over,
            },
            () = tired => {
                self.place = Place::Asleep;
                Life::On
            }
        }
    }

    /// Answers one request of the shell channel, between `busy` and `idle`.
    async fn serve(&mut self, queued: Queued) -> Life {
        let origin = queued.origin();
        let request = &queued.request;
        self.hub.status(ExecutionState::Busy, &origin.header);
        let next = match request.header.msg_type.as_str() {
            "execute_request" => self.execute(request, &origin).await,
            "complete_request" => {
                self.tool("complete", "complete_reply", request, &origin)
                    .await
            }
            "inspect_request" => {
                self.tool("inspect", "inspect_reply", request, &origin)
                    .await
            }
            "is_complete_request" => {
                self.tool("is_complete", "is_complete_reply", request, &origin)
                    .await
            }
            _ => {
                self.answer_at_once(request, &origin);
                Next::Go
            }
        };
        self.hub.done(self.state(), &origin.header);
        match next {
            Next::Stop(stop) => return self.stop(stop).await,
            Next::Abort => self.abort_waiting(Some(&request.header.session)),
            Next::Go => {}
        }
        if self.rest.is_some() {
            return self.stop(Stop::Rest).await;
        }
        if self.needs_renewal() {
            // A failure is logged and shown as `dead`; a restart tries again.
            let _ = self.renew().await;
        }
        Life::On
    }

    /// Requests that need no session.
    fn answer_at_once(&self, request: &Request, to: &Origin) {
        let channel = request.channel;
        let reply = |msg_type, content| self.hub.reply(channel, msg_type, to, content);
        match request.header.msg_type.as_str() {
            "kernel_info_request" => reply("kernel_info_reply", messages::kernel_info()),
            "history_request" => {
                let content = request.content().unwrap_or_default();
                reply("history_reply", self.history.answer(&content));
            }
            "comm_info_request" => {
                let none = serde_json::json!({ "status": "ok", "comms": {} });
                reply("comm_info_reply", Json::of(&none));
            }
            "comm_open" => self.refuse_comm(request, to),
            other => {
                if let Some(name) = unsupported_reply(other) {
                    let error = ErrorContent::new(
                        "UnsupportedRequest",
                        format!("`{other}` is not supported by this kernel"),
                    );
                    reply(name, error.reply());
                }
            }
        }
    }

    /// There are no comm targets: what is opened is closed, as the protocol asks.
    fn refuse_comm(&self, request: &Request, to: &Origin) {
        #[derive(serde::Deserialize, serde::Serialize)]
        struct Comm {
            comm_id: String,
            #[serde(skip_deserializing)]
            data: serde_json::Map<String, serde_json::Value>,
        }
        if let Ok(comm) = request.content::<Comm>() {
            self.hub.publish("comm_close", &to.header, Json::of(&comm));
        }
    }

    fn state(&self) -> ExecutionState {
        match self.place {
            Place::Awake(_) | Place::Asleep => ExecutionState::Idle,
            Place::Gone => ExecutionState::Dead,
        }
    }

    fn needs_renewal(&self) -> bool {
        matches!(&self.place, Place::Awake(session) if !session.is_alive())
    }

    fn call(&self) -> MutexGuard<'_, Call> {
        self.calls.lock().expect("no holder panics")
    }

    /// Gives up the requests that wait: all of them, or those of one client's session.
    fn abort_waiting(&mut self, of_session: Option<&str>) {
        while let Ok(queued) = self.shell.try_recv() {
            self.waiting.push_back(queued);
        }
        for queued in std::mem::take(&mut self.waiting) {
            let header = &queued.request.header;
            let meant = of_session.is_none_or(|session| header.session == session);
            if !meant || header.msg_type != "execute_request" {
                self.waiting.push_back(queued);
                continue;
            }
            let origin = queued.origin();
            self.hub.status(ExecutionState::Busy, &origin.header);
            self.reply_aborted(&origin);
            self.hub.done(self.state(), &origin.header);
        }
    }

    fn reply_aborted(&self, to: &Origin) {
        let reply = messages::ExecuteReply::Aborted {
            execution_count: self.count,
        };
        self.hub
            .reply(Channel::Shell, "execute_reply", to, Json::of(&reply));
    }
}

/// The reply's name for a request that we know only by its own.
fn unsupported_reply(request: &str) -> Option<&'static str> {
    Some(match request {
        "debug_request" => "debug_reply",
        "usage_request" => "usage_reply",
        "create_subshell_request" => "create_subshell_reply",
        "delete_subshell_request" => "delete_subshell_reply",
        "list_subshell_request" => "list_subshell_reply",
        _ => return None,
    })
}
