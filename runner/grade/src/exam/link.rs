//! What lies between the two sessions: messages there and back, and what the submission prints.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use croquant_sandbox::{Answer, BoxFuture, Console, Exchanged, Message, Stream};
use tokio::sync::Notify;

use super::rehearsal::{Line, MOST_BYTES};

/// The message with which the host ends the submission's side.
const END: &[u8] = b"end";

/// The host's end: it sees what is printed, and ends the talk.
#[derive(Debug, Clone, Default)]
pub(super) struct Link(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    talk: Mutex<State>,
    for_checker: Notify,
    for_submission: Notify,
}

/// How the talk stands. A side sends once and waits, so there is never more than one message each way, which the sender's limits bound.
#[derive(Debug, Default)]
struct State {
    to_checker: Option<Vec<u8>>,
    to_submission: Option<Vec<u8>>,
    /// Whether there is a talk: at any other time, as while the submission is imported, nobody would answer.
    has_begun: bool,
    /// Whether the submission's side has said that it listens, which its first message does.
    listens: bool,
    /// Whether the submission's side was told to end.
    is_over: bool,
    /// What was asked and answered, the first lines of it before the checker did so itself. `None` if nobody wants it, or it is too much.
    lines: Option<Lines>,
    printed: Printed,
}

/// What the checker asks and is answered.
#[derive(Debug, Default)]
struct Lines {
    all: Vec<Line>,
    /// How much the checker has said and heard itself, in bytes.
    bytes: usize,
    /// How many of them the checker has been through.
    done: usize,
    /// Whether it asked something else than it had before.
    has_strayed: bool,
}

/// What was written down of a talk.
#[derive(Debug)]
pub(super) enum Written {
    /// All of it.
    Whole(Vec<Line>),
    /// Nothing, as there was too much.
    TooMuch,
    /// The checker asked something else than it had before, and was not answered.
    Strayed,
}

/// What a submission has printed, in bytes, and how much of it the checker has not heard yet. Its size is bounded by the submission's
/// output limit.
#[derive(Debug, Default)]
struct Printed {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    heard_stdout: usize,
    heard_stderr: usize,
}

impl Link {
    /// Begins a talk.
    pub(super) fn begin(&self) {
        self.state().has_begun = true;
    }

    /// Tells the submission's side that nothing more comes.
    pub(super) fn end(&self) {
        self.state().to_submission = Some(END.to_vec());
        self.0.for_submission.notify_one();
    }

    /// Forgets all that was said, for another talk of the same sessions.
    pub(super) fn begin_anew(&self) {
        *self.state() = State::default();
    }

    /// Asks the submission's side, as the checker does.
    pub(super) async fn ask(&self, message: Vec<u8>) -> Vec<u8> {
        self.state().to_submission = Some(message);
        self.0.for_submission.notify_one();
        loop {
            {
                let mut state = self.state();
                if let Some(message) = state.to_checker.take() {
                    return state.printed.before(&message);
                }
            }
            self.0.for_checker.notified().await;
        }
    }

    /// Writes down what is said from now on. `known` has been asked and answered already: when the checker asks it, it is answered from there.
    pub(super) fn write_down(&self, known: Vec<Line>) {
        self.state().lines = Some(Lines {
            all: known,
            ..Lines::default()
        });
    }

    /// What was written down.
    pub(super) fn written_down(&self) -> Written {
        let Some(lines) = self.state().lines.take() else {
            return Written::TooMuch;
        };
        match lines.done == lines.all.len() && !lines.has_strayed {
            true => Written::Whole(lines.all),
            false => Written::Strayed,
        }
    }

    /// The next answer, if it is known.
    fn known(&self, message: &[u8]) -> Option<Exchanged> {
        let mut state = self.state();
        let lines = state.lines.as_mut()?;
        let line = lines.all.get(lines.done)?;
        if line.asked != message {
            lines.has_strayed = true;
            return Some(Exchanged::End);
        }
        lines.done += 1;
        Some(Exchanged::Message(line.heard.clone()))
    }

    /// Notes what was asked and answered, if that is written down.
    fn note(&self, asked: Option<Vec<u8>>, heard: &[u8]) {
        let mut state = self.state();
        let (Some(asked), Some(lines)) = (asked, &mut state.lines) else {
            return;
        };
        let heard = heard.to_vec();
        let line = Line { asked, heard };
        lines.bytes += line.bytes();
        lines.all.push(line);
        lines.done += 1;
        if lines.bytes > MOST_BYTES {
            state.lines = None;
        }
    }

    /// All that the submission has printed in this talk: standard output and standard error.
    pub(super) fn printed(&self) -> (String, String) {
        let printed = &self.state().printed;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&printed.stdout), text(&printed.stderr))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is whole between any two statements, whoever panicked.
        self.0.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Printed {
    /// `message`, after what was printed since the last one: each stream with its length.
    fn before(&mut self, message: &[u8]) -> Vec<u8> {
        let stdout = &self.stdout[self.heard_stdout..];
        let stderr = &self.stderr[self.heard_stderr..];
        let mut whole = Vec::with_capacity(8 + stdout.len() + stderr.len() + message.len());
        for part in [stdout, stderr] {
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            whole.extend_from_slice(&length.to_le_bytes());
            whole.extend_from_slice(part);
        }
        whole.extend_from_slice(message);
        (self.heard_stdout, self.heard_stderr) = (self.stdout.len(), self.stderr.len());
        whole
    }
}

/// The checker's console. What the checker prints comes with its answers; here it is dropped.
pub(super) struct CheckerSide(pub(super) Link);

/// The submission's console.
pub(super) struct SubmissionSide(pub(super) Link);

impl Console for CheckerSide {
    fn write<'a>(&'a mut self, _: Stream, _: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        ready(Ok(()))
    }

    fn read(&mut self, _: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        ready(Ok(Vec::new()))
    }

    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        ready(Answer::End)
    }

    fn emit(&mut self, _: Message) -> BoxFuture<'_, ()> {
        ready(())
    }

    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        let link = &self.0;
        if let Some(answer) = link.known(&message) {
            return ready(answer);
        }
        let asked = link.state().lines.is_some().then(|| message.clone());
        Box::pin(async {
            let heard = link.ask(message).await;
            link.note(asked, &heard);
            Exchanged::Message(heard)
        })
    }
}

impl Console for SubmissionSide {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let printed = &mut self.0.state().printed;
        let kept = match stream {
            Stream::Stdout => &mut printed.stdout,
            Stream::Stderr => &mut printed.stderr,
        };
        kept.extend_from_slice(bytes);
        ready(Ok(()))
    }

    fn read(&mut self, _: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        ready(Ok(Vec::new()))
    }

    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        ready(Answer::End)
    }

    fn emit(&mut self, _: Message) -> BoxFuture<'_, ()> {
        ready(())
    }

    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        let mut state = self.0.state();
        if state.is_over || !state.has_begun {
            return ready(Exchanged::End);
        }
        if std::mem::replace(&mut state.listens, true) {
            state.to_checker = Some(message);
            self.0.0.for_checker.notify_one();
        }
        drop(state);
        Box::pin(async {
            loop {
                {
                    let mut state = self.0.state();
                    if let Some(message) = state.to_submission.take() {
                        state.is_over = message == END;
                        return Exchanged::Message(message);
                    }
                }
                self.0.0.for_submission.notified().await;
            }
        })
    }
}

fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, T> {
    Box::pin(std::future::ready(value))
}
