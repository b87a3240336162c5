//! What is said during a call: the worker's session prints and asks, and the console here takes and answers, until the call has ended.

use std::time::Duration;

use croquant_sandbox::{Answer, Called, Console, Message};

use super::place::Place;
use crate::wire::{Bytes, Failure, FromWorker, PIECE_BYTES, State, ToWorker};

/// The most that one message may hold, by a session's limits: a frame has to hold it.
pub(super) const MOST_HOST_BYTES: usize = 64 << 20;

/// How a call ended, and the session as it left it.
pub(super) type Conclusion = (Result<Called, Failure>, State);

/// Serves the console until the call ends; `None` if the worker is lost before. `patience` is how long the console may take for what it is given.
pub(super) async fn converse(
    place: &mut Place,
    console: &mut dyn Console,
    patience: Duration,
) -> Option<Conclusion> {
    let mut next = None;
    loop {
        let message = match next.take() {
            Some(message) => message,
            None => place.receive().await?,
        };
        let cost = message.cost();
        match message {
            FromWorker::Write(_, stream, bytes) => {
                let writing = console.write(stream, &bytes.0);
                if let Some(Err(_)) = patiently(place, patience, writing).await {
                    let _ = place.send(&ToWorker::Broken(place.number()));
                }
                place.took(cost);
            }
            FromWorker::Emit(_, kind, json) => {
                let emitting = console.emit(Message { kind, json });
                patiently(place, patience, emitting).await;
                place.took(cost);
            }
            FromWorker::Ask(_, question, prompt, password) => {
                place.took(cost);
                let answer = tokio::select! {
                    biased;
                    // Whatever comes now means that the question is not asked any more.
                    message = place.receive() => { next = Some(message?); continue; }
                    answer = console.input(prompt, password) => answer,
                };
                let answer = fitting(answer);
                let _ = place.send(&ToWorker::Answer(place.number(), question, answer));
            }
            FromWorker::Read(_, question, most) => {
                place.took(cost);
                let most = usize::try_from(most).unwrap_or(usize::MAX).min(PIECE_BYTES);
                let input = tokio::select! {
                    biased;
                    message = place.receive() => { next = Some(message?); continue; }
                    input = console.read(most) => input,
                };
                let input = input.ok().map(Bytes);
                let _ = place.send(&ToWorker::Input(place.number(), question, input));
            }
            FromWorker::Ending(_) => place.expect_answer(),
            FromWorker::Ended(_, ended, state) => return Some((ended, state)),
            // A question that was answered and given up at once.
            FromWorker::Withdraw(..) => place.took(cost),
            // The session could not start, so the call that was sent with it will not end.
            FromWorker::Started(_, Some(failure)) => return Some((Err(failure), State::Nothing)),
            // It has started, with this call; the others do not come during one, from a worker in its right mind.
            FromWorker::Started(_, None) | FromWorker::Gone(_) | FromWorker::Pong => {}
        }
    }
}

/// Waits for the console to take something, as long as the guest would have: not past the end of a call that was stopped. `None` if that came first.
async fn patiently<T>(
    place: &Place,
    patience: Duration,
    taking: impl Future<Output = T>,
) -> Option<T> {
    let hurried = async {
        tokio::select! {
            () = place.mail.hurried() => {}
            () = tokio::time::sleep(patience) => place.mail.hurry(),
        }
    };
    tokio::select! {
        biased;
        taken = taking => Some(taken),
        () = hurried => None,
    }
}

/// An answer that a frame can hold; the sandbox has its own limit.
fn fitting(answer: Answer) -> Answer {
    match answer {
        Answer::Line(line) if line.len() > MOST_HOST_BYTES => Answer::End,
        other => other,
    }
}
