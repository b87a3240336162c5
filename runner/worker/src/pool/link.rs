//! The connection to one worker.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream as UnixStdStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use croquant_sandbox::Outcome;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::grants::Grants;
use super::outgoing::Outgoing;
use super::place::{Mail, Place};
use super::pulse::Pulse;
use super::{Source, WorkerState};
use crate::error::Error;
use crate::wire::frame::{self, FrameError, Frames};
use crate::wire::{FromWorker, Hello, Number, Ready, ToWorker};

/// How long a worker may take to be ready. It takes some milliseconds.
const START: Duration = Duration::from_secs(30);

/// The connection to one worker.
#[derive(Debug)]
pub(super) struct Link {
    outgoing: Arc<Outgoing>,
    routes: Arc<Routes>,
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

/// Where messages of sessions go.
#[derive(Debug, Default)]
struct Routes {
    is_down: AtomicBool,
    table: Mutex<HashMap<Number, Route>>,
}

/// A session of the worker's, until it has given its place back.
#[derive(Debug)]
struct Route {
    mail: Arc<Mail>,
    inbox: mpsc::UnboundedSender<FromWorker>,
    _place: OwnedSemaphorePermit,
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
        let greeted = tokio::time::timeout(START, receive(&socket, &mut frames)).await;
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
        let routes = Arc::new(Routes::default());
        tasks.spawn(look_after(
            socket,
            frames,
            Arc::clone(&outgoing),
            silence,
            Arc::clone(&routes),
            Arc::clone(&source),
            process,
        ));
        let most = usize::try_from(hello.max_sessions).unwrap_or(usize::MAX);
        Ok(Self {
            outgoing,
            routes,
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
        !self.routes.is_down.load(Ordering::Acquire)
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
            waiting_bytes: self.routes.held_bytes(),
            landlock: self.ready.landlock,
            seccomp: self.ready.seccomp,
        }
    }

    /// Room for one more session.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Opens a route for session `number`, which may be `ahead_bytes` ahead of its reader.
    pub(super) fn route(
        self: &Arc<Self>,
        number: Number,
        ahead_bytes: usize,
        place: OwnedSemaphorePermit,
    ) -> Place {
        let mail = Arc::new(Mail::new(ahead_bytes));
        let (inbox, received) = mpsc::unbounded_channel();
        let route = Route {
            mail: Arc::clone(&mail),
            inbox,
            _place: place,
        };
        let mut table = self.routes.table();
        // On a link that is down, nobody would close it: the place is lost at once.
        if self.is_up() {
            table.insert(number, route);
        }
        drop(table);
        Place::new(Arc::clone(self), number, mail, received)
    }

    /// Sends a message. What waits is bounded: one call for each session, and answers to what it asked.
    pub(super) fn send(&self, message: &ToWorker) -> Result<(), Error> {
        match frame::encode(message) {
            Ok(frame) => {
                self.outgoing.send(&frame);
                Ok(())
            }
            Err(FrameError::TooLong { bytes }) => Err(Error::TooLong { bytes }),
            Err(error) => Err(Error::start(error)),
        }
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
    socket: Arc<UnixStream>,
    frames: Frames,
    outgoing: Arc<Outgoing>,
    silence: Duration,
    routes: Arc<Routes>,
    source: Arc<Source>,
    process: u32,
) {
    let pulse = Pulse::default();
    let ping = frame::encode(&ToWorker::Ping).expect("it is short");
    let why = tokio::select! {
        // What has come already is a sign of life.
        biased;
        why = read(&socket, frames, &routes, &pulse) => why,
        () = pulse.lost(silence, || outgoing.send(&ping)) => "it does not answer".to_owned(),
    };
    tracing::warn!(process, why, "a worker is lost");
    routes.close();
    source.end(process);
}

/// Why there is no more.
async fn read(socket: &UnixStream, mut frames: Frames, routes: &Routes, pulse: &Pulse) -> String {
    loop {
        match receive(socket, &mut frames).await {
            Ok(message) => {
                pulse.feel();
                if let Err(why) = routes.deliver(message) {
                    return why.to_owned();
                }
            }
            Err(error) => return error.to_string(),
        }
    }
}

/// The next message.
async fn receive<T: DeserializeOwned>(
    socket: &UnixStream,
    frames: &mut Frames,
) -> Result<T, FrameError> {
    loop {
        if let Some(message) = frames.next()? {
            return Ok(message);
        }
        socket.readable().await?;
        match frames.fill(|room| socket.try_read(room)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            other => other?,
        }
    }
}

impl Routes {
    /// Passes a message on, without waiting. An error is a worker that does what it must not.
    fn deliver(&self, message: FromWorker) -> Result<(), &'static str> {
        let Some(number) = message.number() else {
            return Ok(());
        };
        let mut table = self.table();
        let route = table
            .get(&number)
            .ok_or("it speaks for an unknown session")?;
        if let FromWorker::Gone(_) = message {
            table.remove(&number);
            return Ok(());
        }
        let is_answer = matches!(message, FromWorker::Started(..) | FromWorker::Ended(..));
        if is_answer && !route.mail.answer() {
            return Err("it answers what it was not asked");
        }
        if let FromWorker::Ended(_, ended, state) = &message {
            if !route.mail.keep(state) {
                return Err("it wants more kept than it may");
            }
            let by_itself = ended.as_ref().is_ok_and(|called| {
                matches!(
                    called.report.outcome,
                    Outcome::Completed | Outcome::Raised | Outcome::Exited(_)
                )
            });
            if !by_itself {
                route.mail.hurry();
            }
        }
        if !route.mail.hold(message.cost()) {
            return Err("it sends more than it may");
        }
        // Nobody is there to take it: the session was dropped, and is about to end.
        let _ = route.inbox.send(message);
        Ok(())
    }

    /// What waits for its readers, in bytes.
    fn held_bytes(&self) -> usize {
        let table = self.table();
        table.values().map(|route| route.mail.held_bytes()).sum()
    }

    /// Ends all sessions: their owners find their inboxes closed.
    fn close(&self) {
        let mut table = self.table();
        self.is_down.store(true, Ordering::Release);
        for (_, route) in table.drain() {
            route.mail.hurry();
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<Number, Route>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
