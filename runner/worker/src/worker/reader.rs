//! The thread that reads what the supervisor says. It never waits for anything else, so that an interrupt arrives whatever the guests do.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::Output;
use super::desk::{Answered, Desk};
use super::session::Order;
use crate::wire::{Call, FromWorker, Number, ToWorker, frame};

/// A session as the reader sees it.
struct Known {
    desk: Arc<Desk>,
    calls: mpsc::UnboundedSender<Call>,
}

/// Reads until the supervisor is gone, or says what it must not.
pub(super) fn read(mut socket: UnixStream, output: &Output, orders: &mpsc::UnboundedSender<Order>) {
    let mut sessions = HashMap::new();
    while let Ok(message) = frame::read(&mut socket) {
        if message == ToWorker::Ping {
            output.send(&FromWorker::Pong);
        } else if take(&mut sessions, message, orders).is_none() {
            break;
        }
    }
    for known in sessions.values() {
        known.desk.kill();
    }
}

/// Passes a message on; `None` if it was out of turn. Those to a session that is unknown have crossed with its end.
fn take(
    sessions: &mut HashMap<Number, Known>,
    message: ToWorker,
    orders: &mpsc::UnboundedSender<Order>,
) -> Option<()> {
    let known = |sessions: &HashMap<Number, Known>, number, then: &dyn Fn(&Desk)| {
        sessions
            .get(&number)
            .into_iter()
            .for_each(|known| then(&known.desk));
    };
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
            if sessions.insert(number, Known { desk, calls }).is_some() {
                return None;
            }
            orders.send(order).ok()?;
        }
        ToWorker::Call(number, call) => {
            if let Some(known) = sessions.get(&number) {
                // One call at a time: this is what bounds the queue.
                known.desk.begin_call()?;
                // It may have ended meanwhile.
                let _ = known.calls.send(call);
            }
        }
        ToWorker::Interrupt(number) => known(sessions, number, &Desk::interrupt),
        ToWorker::Kill(number) => known(sessions, number, &Desk::kill),
        ToWorker::Credit(number, bytes) => known(sessions, number, &|desk| desk.window.give(bytes)),
        ToWorker::Broken(number) => known(sessions, number, &|desk| desk.window.break_off()),
        ToWorker::Answer(number, question, answer) => {
            if let Some(known) = sessions.get(&number) {
                known.desk.answer(question, Answered::Line(answer));
            }
        }
        ToWorker::Input(number, question, bytes) => {
            if let Some(known) = sessions.get(&number) {
                let bytes = bytes.map(|bytes| bytes.0);
                known.desk.answer(question, Answered::Bytes(bytes));
            }
        }
        ToWorker::End(number) => {
            if let Some(known) = sessions.remove(&number) {
                known.desk.kill();
            }
        }
        // Answered already.
        ToWorker::Ping => {}
    }
    Some(())
}
