//! The task that owns a session.

use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use croquant_sandbox::{Chain, Engine, Error, Session, Snapshot, SnapshotKey, Written};
use tokio::sync::mpsc;

use super::console::WireConsole;
use super::desk::Desk;
use super::output::Output;
use super::turns::Turns;
use crate::guest;
use crate::wire::{Bytes, CHECKPOINT_BYTES, Call, FromWorker, Number, Start, State};

/// Up to how much a state is written down on the spot: it takes less than a turn of a guest.
const AT_ONCE_BYTES: usize = 256 << 10;

/// After so long, who waits for a call's answer may sleep. It wakes up while the session's state is written down.
const LONG: Duration = Duration::from_micros(200);

/// What the sessions of a worker share.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) engine: Engine,
    pub(super) key: SnapshotKey,
    /// The folders of its sessions' mounts, open, in their order.
    pub(super) folders: Arc<[OwnedFd]>,
    pub(super) output: Output,
    pub(super) turns: Arc<Turns>,
}

/// A session to start, and its calls.
pub(super) struct Order {
    pub(super) number: Number,
    pub(super) start: Box<Start>,
    pub(super) desk: Arc<Desk>,
    pub(super) calls: mpsc::UnboundedReceiver<Call>,
}

impl Order {
    /// Starts the session and runs its calls until it is not wanted any more.
    pub(super) async fn carry_out(self, service: Service) {
        let number = self.number;
        let output = &service.output;
        let console = WireConsole {
            number,
            desk: Arc::clone(&self.desk),
            output: output.clone(),
        };
        match begin(&service, &self.start, console).await {
            Ok(session) => {
                self.desk.set_interrupter(session.interrupter());
                output.put(&FromWorker::Started(number, None));
                self.run(session, &service).await;
            }
            Err(error) => output.put(&FromWorker::Started(number, Some(error.into()))),
        }
        output.put(&FromWorker::Gone(number));
    }

    async fn run(mut self, mut session: Session, service: &Service) {
        let mut chain = Chain::default();
        while let Some(call) = self.calls.recv().await {
            let begin = Instant::now();
            let running = sending(&service.output, guest::run(&mut session, &call));
            let ended = service.turns.take(&self.desk, running).await;
            if begin.elapsed() > LONG {
                service.output.send(&FromWorker::Ending(self.number));
            }
            // Before anybody hears how it ended: a call that has ended is never lost.
            let state = match session.is_alive() {
                true => put_away(&mut session, &mut chain, service).await,
                false => None,
            };
            // Whoever hears of the end may send the next call.
            self.desk.end_call();
            let ended = ended.map_err(Into::into);
            let state = state.unwrap_or(State::Nothing);
            let message = FromWorker::Ended(self.number, ended, state);
            service.output.answer(&message);
            if !session.is_alive() {
                break;
            }
        }
    }
}

/// A call that sends what it has said whenever it gives way. At its end, that goes with its answer.
async fn sending<T>(output: &Output, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    std::future::poll_fn(|context| {
        let polled = call.as_mut().poll(context);
        if polled.is_pending() {
            output.flush();
        }
        polled
    })
    .await
}

/// Starts a session, or brings one back: the one place that knows the difference.
async fn begin(service: &Service, start: &Start, console: WireConsole) -> Result<Session, Error> {
    let Service {
        engine,
        key,
        folders,
        ..
    } = service;
    let Start { policy, limits, .. } = start;
    let console = Box::new(console);
    let Some(snapshot) = &start.resume else {
        return Session::start_in(engine, policy, folders, limits, console).await;
    };
    let snapshot = Snapshot::decode(&snapshot.0, engine, key)?;
    let mut session =
        Session::resume_in(engine, &snapshot, &policy.mounts, folders, console).await?;
    // What it may use is said by the supervisor, whoever wrote the snapshot.
    session.set_limits(limits);
    Ok(session)
}

/// The session for another worker to take up, as far as that is not known yet; `None` if it is too large, or the host has no room.
async fn put_away(session: &mut Session, chain: &mut Chain, service: &Service) -> Option<State> {
    session.checkpoint().await;
    // A session of which nothing is kept here is too large to be kept elsewhere.
    session.checkpoint_bytes()?;
    let snapshot = session.snapshot().await.ok()?;
    let written = write(chain, snapshot.clone(), service).await?;
    let written = match written {
        // Together they are too large; what is there now may not be.
        Written::More(_) if chain.bytes() > CHECKPOINT_BYTES => {
            *chain = Chain::default();
            write(chain, snapshot, service).await?
        }
        other => other,
    };
    if chain.bytes() > CHECKPOINT_BYTES {
        *chain = Chain::default();
        return None;
    }
    Some(match written {
        Written::Whole(bytes) => State::Whole(Bytes(bytes)),
        Written::More(bytes) => State::More(Bytes(bytes)),
    })
}

async fn write(chain: &mut Chain, snapshot: Snapshot, service: &Service) -> Option<Written> {
    if chain.work_bytes(&snapshot) <= AT_ONCE_BYTES {
        return chain.write(snapshot, &service.engine, &service.key).ok();
    }
    let Service { engine, key, .. } = service.clone();
    let mut taken = std::mem::take(chain);
    // Compressing a large session would keep others waiting.
    let writing = tokio::task::spawn_blocking(move || {
        let written = taken.write(snapshot, &engine, &key);
        (taken, written)
    });
    let written;
    (*chain, written) = writing.await.ok()?;
    written.ok()
}
