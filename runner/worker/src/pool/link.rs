//! The connection to one worker.

use std::io::Write as _;
use std::os::unix::net::UnixStream as UnixStdStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::WorkerState;
use super::grants::Grants;
use super::incoming::{self, Incoming, Route};
use super::outgoing::Outgoing;
use super::place::{Mail, Place};
use super::source::Source;
use crate::error::Error;
use crate::wire::frame::{self, FrameError, Frames};
use crate::wire::{Hello, Number, Ready, Start, ToWorker, most_on_the_way};

/// How long a worker may take to be ready. It takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The connection to one worker.
#[derive(Debug)]
pub(super) struct Link {
    outgoing: Arc<Outgoing>,
    incoming: Arc<Incoming>,
    places: Arc<Semaphore>,
    max_sessions: u32,
    folders: usize,
    busy: AtomicUsize,
    ready: Ready,
    process: u32,
    source: Arc<Source>,
    /// Who reads and who writes.
    tasks: JoinSet<()>,
}

impl Link {
    /// Starts a worker, passes it the folders that are granted, if any are, and waits until it is ready. It is ended when it is silent for so long.
    pub(super) async fn open(
        source: Arc<Source>,
        hello: Hello,
        grants: Option<Arc<Grants>>,
        silence: Duration,
    ) -> Result<Self, Error> {
        let starter = Arc::clone(&source);
        let first = frame::encode(&hello).map_err(Error::start)?;
        let started = tokio::task::spawn_blocking(move || {
            let (process, socket) = starter.start()?;
            match greet(&socket, &first, grants.as_deref()) {
                Ok(()) => Ok((process, socket)),
                Err(error) => {
                    starter.end(process);
                    Err(error)
                }
            }
        });
        let (process, socket) = started.await.map_err(Error::start)??;
        socket.set_nonblocking(true)?;
        let socket = Arc::new(UnixStream::from_std(socket)?);
        let outgoing = Arc::new(Outgoing::new(Arc::clone(&socket)));
        let mut tasks = JoinSet::new();
        let sender = Arc::clone(&outgoing);
        tasks.spawn(async move { sender.send_on().await });
        let mut frames = Frames::default();
        let greeted = tokio::time::timeout(PATIENCE, incoming::receive(&socket, &mut frames)).await;
        let ready: Ready = match greeted {
            Ok(Ok(ready)) => ready,
            Ok(Err(error)) => {
                source.end(process);
                return Err(Error::start(error));
            }
            Err(_) => {
                source.end(process);
                return Err(Error::start("it is not ready in time"));
            }
        };
        if ready.version != hello.version || ready.image != hello.image {
            source.end(process);
            return Err(Error::start("it is of another version"));
        }
        let incoming = Arc::new(Incoming::new(socket, frames));
        tasks.spawn(look_after(
            Arc::clone(&incoming),
            Arc::clone(&outgoing),
            silence,
            Arc::clone(&source),
            process,
        ));
        let most = usize::try_from(hello.max_sessions).unwrap_or(usize::MAX);
        Ok(Self {
            outgoing,
            incoming,
            places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            max_sessions: hello.max_sessions,
            folders: hello.folders.len(),
            busy: AtomicUsize::new(0),
            ready,
            process,
            source,
            tasks,
        })
    }

    pub(super) fn is_up(&self) -> bool {
        self.incoming.is_up()
    }

    /// Sessions, and calls that run: less is better.
    pub(super) fn load(&self) -> (usize, usize) {
        (self.sessions(), self.busy.load(Ordering::Relaxed))
    }

    pub(super) fn busy(&self) -> &AtomicUsize {
        &self.busy
    }

    fn sessions(&self) -> usize {
        let most = usize::try_from(self.max_sessions).unwrap_or(usize::MAX);
        most.saturating_sub(self.places.available_permits())
    }

    pub(super) fn state(&self) -> WorkerState {
        WorkerState {
            process: self.process,
            sessions: self.sessions(),
            folders: self.folders,
            waiting_bytes: self.incoming.held_bytes(),
            landlock: self.ready.landlock,
            seccomp: self.ready.seccomp,
        }
    }

    /// Room for one more session.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// The least that a session's memory may be limited to.
    pub(super) fn least_memory_bytes(&self) -> u64 {
        self.ready.least_memory_bytes
    }

    /// Opens a route for session `number`, which is to be started as `start` says.
    pub(super) fn route(
        self: &Arc<Self>,
        number: Number,
        start: Box<Start>,
        place: OwnedSemaphorePermit,
    ) -> Place {
        let mail = Arc::new(Mail::new(most_on_the_way(&start.limits)));
        let (inbox, received) = mpsc::unbounded_channel();
        let route = Route {
            mail: Arc::clone(&mail),
            inbox,
            _place: place,
        };
        self.incoming.open(number, route);
        Place::new(Arc::clone(self), number, mail, received, start)
    }

    /// Closes the route of a session that was never started.
    pub(super) fn close(&self, number: Number) {
        self.incoming.remove(number);
    }

    /// Takes what has come, if nobody else is at it. This needs no wake-up.
    pub(super) fn look(&self) {
        self.incoming.look();
    }

    /// Sends a message. What waits is bounded: one call for each session, and answers to what it asked.
    pub(super) fn send(&self, message: &ToWorker) -> Result<(), Error> {
        self.send_all([message])
    }

    /// Sends messages at once, or none of them.
    pub(super) fn send_all<'a>(
        &self,
        messages: impl IntoIterator<Item = &'a ToWorker>,
    ) -> Result<(), Error> {
        let mut frames = Vec::new();
        for message in messages {
            frame::append(&mut frames, message).map_err(|error| match error {
                FrameError::TooLong { bytes } => Error::TooLong { bytes },
                error => Error::start(error),
            })?;
        }
        self.outgoing.send(&frames);
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Nobody has lost a worker that is not wanted.
        self.tasks.abort_all();
        // A guest that does not come back would keep the process from noticing that its socket is closed.
        self.source.end(self.process);
    }
}

/// Says the first message, which a socket always has room for, with the folders behind it.
fn greet(mut socket: &UnixStdStream, hello: &[u8], grants: Option<&Grants>) -> Result<(), Error> {
    socket.write_all(hello)?;
    match grants {
        Some(grants) => grants.pass(socket),
        None => Ok(()),
    }
}

/// Takes what a worker says, until there is no more to come.
async fn look_after(
    incoming: Arc<Incoming>,
    outgoing: Arc<Outgoing>,
    silence: Duration,
    source: Arc<Source>,
    process: u32,
) {
    let ping = frame::encode(&ToWorker::Ping).expect("it is short");
    let why = tokio::select! {
        // What has come already is a sign of life.
        biased;
        why = incoming.read_on() => why,
        () = incoming.pulse.lost(silence, || outgoing.send(&ping)) => "it does not answer".to_owned(),
    };
    tracing::warn!(process, why, "a worker is lost");
    incoming.close();
    source.end(process);
}
