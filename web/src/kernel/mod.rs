//! Kernels: sessions of the sandbox, spoken to in the Jupyter kernel protocol.
//!
//! A [`Kernel`] is a handle. Behind it, one task owns the session and takes requests in turn; another delivers what is said to
//! the clients. Both end with the handle.

mod console;
mod ending;
mod frame;
mod history;
mod hub;
mod messages;
mod outbox;
mod owner;
pub(crate) mod registry;
pub(crate) mod rest;
pub(crate) mod sleep;
mod socket;
mod text;
mod wire;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use croquant_sandbox::Error as SandboxError;
use croquant_worker::Error;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::identity::Reader;
use hub::{Activity, ClientId, Connection, Hub, Origin, pump};
use messages::{ErrorContent, ExecutionState};
use owner::{Control, Inheritance, Means, Owner, Queued, Rest, Shared};
use sleep::{Dormitory, Page, Sleeper};
use wire::{Channel, Request};

/// The name of the one kernelspec.
const KERNEL_NAME: &str = "python3";

/// How many requests may wait for their turn, and how large they may be together. Protects memory.
const WAITING_REQUESTS: usize = 1_024;
const WAITING_BYTES: usize = 16 << 20;
const WAITING_CONTROLS: usize = 64;

/// How long a kernel may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A kernel of one reader.
pub(crate) struct Kernel {
    pub(crate) id: String,
    pub(crate) reader: Reader,
    hub: Arc<Hub>,
    shell: mpsc::Sender<Queued>,
    control: mpsc::Sender<Control>,
    room: Arc<Semaphore>,
    shared: Shared,
    /// The owner and the pump. Dropping the set ends them.
    _tasks: JoinSet<()>,
}

impl Drop for Kernel {
    fn drop(&mut self) {
        self.hub.close();
    }
}

impl Kernel {
    /// Starts a kernel with a session of its own, for a page if it is said.
    async fn start(
        reader: Reader,
        means: Means,
        dormitory: Option<&Dormitory>,
        page: Option<Page>,
    ) -> Result<Self, Error> {
        let id = wire::uuid();
        let bed = dormitory.map(|dormitory| dormitory.bed(reader, &id));
        Self::make(
            id,
            reader,
            means,
            Inheritance::New(bed),
            page.into_iter().collect(),
        )
        .await
    }

    /// A kernel that sleeps, with a place in memory again. Its session wakes when it is needed.
    async fn recall(
        reader: Reader,
        means: Means,
        dormitory: &Dormitory,
        mut sleeper: Sleeper,
    ) -> Result<Self, Error> {
        let bed = dormitory.bed_of(reader, &sleeper);
        let pages = std::mem::take(&mut sleeper.note.pages);
        let inheritance = Inheritance::Asleep(bed, sleeper.note);
        Self::make(sleeper.id, reader, means, inheritance, pages).await
    }

    async fn make(
        id: String,
        reader: Reader,
        means: Means,
        inheritance: Inheritance,
        pages: Vec<Page>,
    ) -> Result<Self, Error> {
        let hub = Arc::new(Hub::new());
        let is_stored = matches!(inheritance, Inheritance::Asleep(..));
        let shared = Shared {
            pages: Arc::new(Mutex::new(pages)),
            is_stored: Arc::new(AtomicBool::new(is_stored)),
        };
        let (shell, requests) = mpsc::channel(WAITING_REQUESTS);
        let (control, controls) = mpsc::channel(WAITING_CONTROLS);
        let (started, has_started) = oneshot::channel();
        let owner = Owner::new(
            means,
            Arc::clone(&hub),
            shared.clone(),
            inheritance,
            requests,
            controls,
        );
        let mut tasks = JoinSet::new();
        tasks.spawn(pump(Arc::clone(&hub)));
        // Whatever is logged there says of which kernel.
        let span = tracing::error_span!("kernel", id);
        tasks.spawn(owner.run(started).instrument(span));
        let kernel = Self {
            id,
            reader,
            hub,
            shell,
            control,
            room: Arc::new(Semaphore::new(WAITING_BYTES)),
            shared,
            _tasks: tasks,
        };
        has_started
            .await
            .unwrap_or(Err(SandboxError::Ended.into()))?;
        Ok(kernel)
    }

    /// Connects a client; `None` if there are too many.
    fn attach(&self) -> Option<Connection> {
        self.hub.attach()
    }

    /// Takes a client's message. Never waits: a message for which there is no room is answered with an error.
    fn submit(&self, request: Request, client: ClientId) {
        self.hub.touch();
        match request.channel {
            Channel::Stdin => self.hub.answer(&request),
            Channel::Control => {
                let queued = Queued {
                    request,
                    client,
                    _room: None,
                };
                if self.control.try_send(Control::Message(queued)).is_err() {
                    tracing::warn!(kernel = self.id, "a control message was dropped");
                }
            }
            Channel::Shell | Channel::Iopub => self.enqueue(request, client),
        }
    }

    fn enqueue(&self, request: Request, client: ClientId) {
        let bytes = request.content.as_str().len() + request.metadata.as_str().len();
        let wanted = bytes.clamp(1, WAITING_BYTES) as u32;
        let room = Arc::clone(&self.room).try_acquire_many_owned(wanted);
        let place = self.shell.try_reserve();
        match (room, place) {
            (Ok(room), Ok(place)) => place.send(Queued {
                request,
                client,
                _room: Some(room),
            }),
            _ => self.refuse(&request, client),
        }
    }

    /// Says that a cell cannot be run.
    fn refuse(&self, request: &Request, client: ClientId) {
        if request.header.msg_type != "execute_request" {
            return;
        }
        let text = if self.is_over() {
            "the session has ended\nhint: reload the page"
        } else {
            "too many cells are waiting to be run\nhint: wait for some to finish, or restart"
        };
        let error = ErrorContent::new("NotRun", text);
        let origin = Origin {
            client,
            header: request.header.raw.clone(),
        };
        self.hub
            .reply(Channel::Shell, "execute_reply", &origin, error.reply());
    }

    async fn interrupt(&self) {
        let (done, interrupted) = oneshot::channel();
        if self.control.send(Control::Interrupt(done)).await.is_ok() {
            // An error means that the kernel ended instead.
            let _ = interrupted.await;
        }
    }

    async fn restart(&self) -> Result<(), Error> {
        let (done, restarted) = oneshot::channel();
        let sent = self.control.send(Control::Restart(done)).await;
        sent.map_err(|_| SandboxError::Ended)?;
        restarted.await.unwrap_or(Err(SandboxError::Ended.into()))
    }

    /// Ends the session and tells the clients.
    async fn shutdown(&self) {
        let (done, ended) = oneshot::channel();
        let goodbye = async {
            if self.control.send(Control::Shutdown(done)).await.is_ok() {
                let _ = ended.await;
            }
            self.hub.said().await;
        };
        // A client that does not read may miss it.
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
        self.hub.close();
    }

    /// Ends for the time in which there is no server; what runs has `grace` to end, and as long again once it was interrupted.
    async fn rest(&self, grace: Duration) {
        let (done, rested) = oneshot::channel();
        let rest = async {
            let rest = Control::Rest(Rest { grace, done });
            if self.control.send(rest).await.is_ok() {
                let _ = rested.await;
            }
        };
        let _ = tokio::time::timeout(2 * grace + GOODBYE, rest).await;
        self.hub.close();
    }

    /// The pages that it belongs to.
    fn pages(&self) -> Vec<Page> {
        self.lock_pages().clone()
    }

    fn add_page(&self, page: Page) {
        self.lock_pages().push(page);
    }

    fn lock_pages(&self) -> MutexGuard<'_, Vec<Page>> {
        self.shared.pages.lock().expect("no holder panics")
    }

    fn activity(&self) -> Activity {
        self.hub.activity()
    }

    fn connections(&self) -> usize {
        self.hub.connections()
    }

    /// Whether it was shut down.
    fn is_over(&self) -> bool {
        self.shell.is_closed()
    }

    /// Whether nobody would notice that it leaves memory for the store: it comes back when somebody asks for it.
    fn can_leave(&self) -> bool {
        let is_stored = self.shared.is_stored.load(Ordering::Acquire);
        self.is_idle() && is_stored && !self.hub.is_unheard()
    }

    /// Whether nobody would miss it: nothing runs and no page is open.
    fn is_idle(&self) -> bool {
        let busy = matches!(
            self.activity().state,
            ExecutionState::Busy | ExecutionState::Restarting
        );
        !busy && self.connections() == 0
    }
}
