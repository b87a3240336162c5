//! The task that owns a session.

use std::sync::Arc;

use croquant_sandbox::{Called, Cell, Engine, Error, Session};
use tokio::sync::mpsc;

use super::Output;
use super::console::WireConsole;
use super::desk::Desk;
use crate::wire::{Call, FromWorker, Number, Start};

/// A session to start, and its calls.
pub(super) struct Order {
    pub(super) number: Number,
    pub(super) start: Box<Start>,
    pub(super) desk: Arc<Desk>,
    pub(super) calls: mpsc::UnboundedReceiver<Call>,
}

impl Order {
    /// Starts the session and runs its calls until it is not wanted any more.
    pub(super) async fn carry_out(self, engine: Engine, output: Output) {
        let number = self.number;
        let console = WireConsole {
            number,
            desk: Arc::clone(&self.desk),
            output: output.clone(),
        };
        match begin(&engine, &self.start, console).await {
            Ok(session) => {
                self.desk.set_interrupter(session.interrupter());
                output.send(&FromWorker::Started(number, None));
                self.run(session, &output).await;
            }
            Err(error) => output.send(&FromWorker::Started(number, Some(error.into()))),
        }
        output.send(&FromWorker::Gone(number));
    }

    async fn run(mut self, mut session: Session, output: &Output) {
        while let Some(call) = self.calls.recv().await {
            let ended = run(&mut session, &call).await;
            // Whoever hears of the end may send the next call.
            self.desk.end_call();
            let ended = ended.map_err(Into::into);
            output.send(&FromWorker::Ended(self.number, ended));
            // The answer is on its way: nobody waits for this.
            session.checkpoint().await;
        }
    }
}

/// Starts a session, or brings one back: the one place that knows the difference.
async fn begin(engine: &Engine, start: &Start, console: WireConsole) -> Result<Session, Error> {
    Session::start(engine, &start.policy, &start.limits, Box::new(console)).await
}

async fn run(session: &mut Session, call: &Call) -> Result<Called, Error> {
    match call {
        Call::Execute {
            source,
            single,
            silent,
            store_history,
        } => {
            let cell = Cell {
                source,
                single: *single,
                silent: *silent,
                store_history: *store_history,
            };
            let report = session.execute(&cell).await?;
            Ok(Called {
                report,
                reply: None,
            })
        }
        Call::Request(json) => session.call(json).await,
    }
}
