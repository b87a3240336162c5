//! The task that owns a session.

use std::sync::Arc;

use croquant_sandbox::{Engine, Error, Session, Snapshot, SnapshotKey};
use tokio::sync::mpsc;

use super::Output;
use super::console::WireConsole;
use super::desk::Desk;
use crate::guest;
use crate::wire::{Bytes, CHECKPOINT_BYTES, Call, FromWorker, Number, Start};

/// A session to start, and its calls.
pub(super) struct Order {
    pub(super) number: Number,
    pub(super) start: Box<Start>,
    pub(super) desk: Arc<Desk>,
    pub(super) calls: mpsc::UnboundedReceiver<Call>,
}

impl Order {
    /// Starts the session and runs its calls until it is not wanted any more.
    pub(super) async fn carry_out(self, engine: Engine, key: SnapshotKey, output: Output) {
        let number = self.number;
        let console = WireConsole {
            number,
            desk: Arc::clone(&self.desk),
            output: output.clone(),
        };
        match begin(&engine, &key, &self.start, console).await {
            Ok(session) => {
                self.desk.set_interrupter(session.interrupter());
                output.send(&FromWorker::Started(number, None));
                self.run(session, &engine, &key, &output).await;
            }
            Err(error) => output.send(&FromWorker::Started(number, Some(error.into()))),
        }
        output.send(&FromWorker::Gone(number));
    }

    async fn run(
        mut self,
        mut session: Session,
        engine: &Engine,
        key: &SnapshotKey,
        output: &Output,
    ) {
        while let Some(call) = self.calls.recv().await {
            let ended = guest::run(&mut session, &call).await;
            // Before anybody hears of the end: a call that has ended is never lost.
            let kept = match session.is_alive() {
                true => put_away(&mut session, engine, key).await.map(Bytes),
                false => None,
            };
            // Whoever hears of the end may send the next call.
            self.desk.end_call();
            let ended = ended.map_err(Into::into);
            output.send(&FromWorker::Ended(self.number, ended, kept));
            if !session.is_alive() {
                break;
            }
        }
    }
}

/// Starts a session, or brings one back: the one place that knows the difference.
async fn begin(
    engine: &Engine,
    key: &SnapshotKey,
    start: &Start,
    console: WireConsole,
) -> Result<Session, Error> {
    let console = Box::new(console);
    let Some(snapshot) = &start.resume else {
        return Session::start(engine, &start.policy, &start.limits, console).await;
    };
    let snapshot = Snapshot::decode(&snapshot.0, engine, key)?;
    let mut session = Session::resume(engine, &snapshot, console).await?;
    // What it may use is said by the supervisor, whoever wrote the snapshot.
    session.set_limits(&start.limits);
    Ok(session)
}

/// The session for another worker to take up; `None` if it is too large, or the host has no room.
async fn put_away(session: &mut Session, engine: &Engine, key: &SnapshotKey) -> Option<Vec<u8>> {
    session.checkpoint().await;
    // A session of which nothing is kept here is too large to be kept elsewhere.
    session.checkpoint_bytes()?;
    let snapshot = session.snapshot().await.ok()?;
    let (engine, key) = (engine.clone(), key.clone());
    // Compressing a large session would keep others waiting.
    let encoded = tokio::task::spawn_blocking(move || snapshot.encode(&engine, &key));
    let encoded = encoded.await.ok()?.ok()?;
    (encoded.len() <= CHECKPOINT_BYTES).then_some(encoded)
}
