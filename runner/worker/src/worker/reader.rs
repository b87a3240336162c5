//! Reads what the supervisor says, and passes it on at once, whoever's thread it is: nothing here waits for anything.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::Interest;
use tokio::sync::mpsc;

use super::desk::{Answered, Desk};
use super::output::Output;
use super::session::Order;
use crate::wire::{Call, FromWorker, Number, ToWorker, frame};

/// The supervisor is gone, or says what it must not.
#[derive(Debug)]
pub(super) struct Over;

/// Reads from a socket that does not wait by itself.
pub(super) struct Reader {
    socket: Arc<UnixStream>,
    state: Mutex<State>,
}

struct State {
    frames: frame::Frames,
    sessions: HashMap<Number, Known>,
    /// The supervisor is gone, whoever was the first to hear of it.
    is_over: bool,
    output: Output,
    orders: mpsc::UnboundedSender<Order>,
}

/// A session as the reader sees it.
struct Known {
    desk: Arc<Desk>,
    calls: mpsc::UnboundedSender<Call>,
}

impl Reader {
    pub(super) fn new(
        socket: Arc<UnixStream>,
        output: Output,
        orders: mpsc::UnboundedSender<Order>,
    ) -> Self {
        Self {
            socket,
            state: Mutex::new(State {
                frames: frame::Frames::default(),
                sessions: HashMap::new(),
                is_over: false,
                output,
                orders,
            }),
        }
    }

    /// Passes on all that has come; whether anything has. At the end of it all, every session is told to end.
    pub(super) fn read(&self) -> Result<bool, Over> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            return Err(Over);
        }
        let mut has_come = false;
        loop {
            let come = state.frames.fill(|room| (&*self.socket).read(room));
            let taken = match come {
                Ok(()) => {
                    has_come = true;
                    state.take_all()
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(has_come),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Some(()),
                Err(_) => None,
            };
            if taken.is_none() {
                state.is_over = true;
                state.sessions.values().for_each(|known| known.desk.kill());
                return Err(Over);
            }
        }
    }

    /// Sends what waits to be sent.
    pub(super) fn flush(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.output.flush();
    }

    /// Reads whenever something has come, until it is over.
    pub(super) async fn read_on(&self) -> io::Result<()> {
        let socket = tokio::net::UnixStream::from_std(self.socket.try_clone()?)?;
        loop {
            socket.readable().await?;
            let read = socket.try_io(Interest::READABLE, || match self.read() {
                // Whatever comes from now on makes it readable again.
                Ok(_) => Err(io::Error::from(io::ErrorKind::WouldBlock)),
                Err(Over) => Ok(()),
            });
            if read.is_ok() {
                return Ok(());
            }
        }
    }
}

impl State {
    /// Takes the messages that are there whole; `None` if one is none, or out of turn.
    fn take_all(&mut self) -> Option<()> {
        while let Some(message) = self.frames.next().ok()? {
            self.take(message)?;
        }
        Some(())
    }

    /// Passes a message on; `None` if it was out of turn. Those to a session that is unknown have crossed with its end.
    fn take(&mut self, message: ToWorker) -> Option<()> {
        match message {
            ToWorker::Start(number, start) => {
                let (calls, called) = mpsc::unbounded_channel();
                let desk = Arc::new(Desk::default());
                let order = Order {
                    number,
                    start,
                    desk: Arc::clone(&desk),
                    calls: called,
                };
                let known = Known { desk, calls };
                if self.sessions.insert(number, known).is_some() {
                    return None;
                }
                self.orders.send(order).ok()?;
            }
            ToWorker::Call(number, call) => {
                if let Some(known) = self.sessions.get(&number) {
                    // One call at a time: this is what bounds the queue.
                    known.desk.begin_call()?;
                    // It may have ended meanwhile.
                    let _ = known.calls.send(call);
                }
            }
            ToWorker::Ping => self.output.send(&FromWorker::Pong),
            ToWorker::Interrupt(number) => self.known(number, Desk::interrupt),
            ToWorker::Kill(number) => self.known(number, Desk::kill),
            ToWorker::Credit(number, bytes) => {
                self.known(number, |desk| desk.window.give(bytes));
            }
            ToWorker::Broken(number) => self.known(number, |desk| desk.window.break_off()),
            ToWorker::Answer(number, question, answer) => {
                self.known(number, |desk| desk.answer(question, Answered::Line(answer)));
            }
            ToWorker::Input(number, question, bytes) => {
                let bytes = Answered::Bytes(bytes.map(|bytes| bytes.0));
                self.known(number, |desk| desk.answer(question, bytes));
            }
            ToWorker::End(number) => {
                if let Some(known) = self.sessions.remove(&number) {
                    known.desk.kill();
                }
            }
        }
        Some(())
    }

    fn known(&self, number: Number, then: impl FnOnce(&Desk)) {
        if let Some(known) = self.sessions.get(&number) {
            then(&known.desk);
        }
    }
}
