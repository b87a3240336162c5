//! What comes from a worker, and to whom it goes.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use croquant_sandbox::Outcome;
use rustix::io::read;
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::{Notify, OwnedSemaphorePermit, mpsc};

use super::place::Mail;
use super::pulse::Pulse;
use crate::wire::frame::{FrameError, Frames};
use crate::wire::{FromWorker, Number};

/// What comes from a worker. One task reads whenever something has come ([`Incoming::read_on`]); who waits for an answer may be there before it is woken.
#[derive(Debug)]
pub(super) struct Incoming {
    socket: Arc<UnixStream>,
    read: Mutex<Read>,
    routes: Routes,
    pub(super) pulse: Pulse,
    /// Somebody has found out that there is no more to come.
    over: Notify,
}

#[derive(Debug)]
struct Read {
    frames: Frames,
    /// Why there is no more to come.
    why: Option<String>,
}

impl Incoming {
    pub(super) fn new(socket: Arc<UnixStream>, frames: Frames) -> Self {
        Self {
            socket,
            read: Mutex::new(Read { frames, why: None }),
            routes: Routes::default(),
            pulse: Pulse::default(),
            over: Notify::new(),
        }
    }

    /// Reads whenever something has come; says why there is no more.
    pub(super) async fn read_on(&self) -> String {
        // What came with the worker's first message.
        self.lock().take(self);
        loop {
            if let Some(why) = self.lock().why.clone() {
                return why;
            }
            tokio::select! {
                readable = self.socket.readable() => if let Err(error) = readable {
                    return error.to_string();
                },
                () = self.over.notified() => continue,
            }
            let _ = self.socket.try_io(Interest::READABLE, || {
                let mut read = self.lock();
                while read.fill(self) {}
                match read.why {
                    // Whatever comes from now on makes it readable again.
                    None => Err(io::Error::from(io::ErrorKind::WouldBlock)),
                    Some(_) => Ok(()),
                }
            });
        }
    }

    /// Takes what has come, if nobody else is at it.
    pub(super) fn look(&self) {
        if let Ok(mut read) = self.read.try_lock() {
            read.fill(self);
            if read.why.is_some() {
                self.over.notify_one();
            }
        }
    }

    pub(super) fn is_up(&self) -> bool {
        !self.routes.is_down.load(Ordering::Acquire)
    }

    /// Opens a route. On a link that is down, nobody would close it: the place is lost at once.
    pub(super) fn open(&self, number: Number, route: Route) {
        let mut table = self.routes.table();
        if self.is_up() {
            table.insert(number, route);
        }
    }

    pub(super) fn remove(&self, number: Number) {
        self.routes.table().remove(&number);
    }

    /// Ends all sessions.
    pub(super) fn close(&self) {
        self.routes.close();
    }

    /// What waits for its readers, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        self.routes.held_bytes()
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read {
    /// Reads once, and passes on what is there whole. Whether there may be more.
    fn fill(&mut self, to: &Incoming) -> bool {
        if self.why.is_some() {
            return false;
        }
        let filled = self.frames.fill(|room| {
            // Whether it is known to be readable or not: it does not wait.
            Ok(read(&*to.socket, room)?)
        });
        match filled {
            Ok(()) => self.take(to),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => self.why = Some(error.to_string()),
        }
        self.why.is_none()
    }

    /// Passes on what is there whole.
    fn take(&mut self, to: &Incoming) {
        loop {
            let taken = match self.frames.next() {
                Ok(Some(message)) => to.routes.deliver(message).map_err(str::to_owned),
                Ok(None) => return,
                Err(error) => Err(error.to_string()),
            };
            to.pulse.feel();
            if let Err(why) = taken {
                self.why = Some(why);
                return;
            }
        }
    }
}

/// The next message.
pub(super) async fn receive<T: DeserializeOwned>(
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

/// Where messages of sessions go.
#[derive(Debug, Default)]
struct Routes {
    is_down: AtomicBool,
    table: Mutex<HashMap<Number, Route>>,
}

/// A session of the worker's, until it has given its place back.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) mail: Arc<Mail>,
    pub(super) inbox: mpsc::UnboundedSender<FromWorker>,
    pub(super) _place: OwnedSemaphorePermit,
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
