//! What lies between the two sessions: messages there and back, and what the submission prints.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use croquant_sandbox::{Answer, BoxFuture, Console, Exchanged, Message, Stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The message with which the host ends the submission's side.
const END: &[u8] = b"end";

/// The host's end: it sees what is printed, and ends the talk.
#[derive(Debug)]
pub(super) struct Link {
    to_submission: UnboundedSender<Vec<u8>>,
    printed: Arc<Mutex<Printed>>,
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
    /// A link, and the consoles of the two sessions that it joins: the checker's and the submission's. A side sends once and waits, so no queue
    /// ever holds more than one message, which the sender's limits bound.
    pub(super) fn new() -> (Self, CheckerSide, SubmissionSide) {
        let (to_submission, from_checker) = unbounded_channel();
        let (to_checker, from_submission) = unbounded_channel();
        let printed = Arc::<Mutex<Printed>>::default();
        let checker = CheckerSide {
            to: to_submission.clone(),
            from: from_submission,
            printed: Arc::clone(&printed),
        };
        let submission = SubmissionSide {
            to: Some(to_checker),
            from: from_checker,
            printed: Arc::clone(&printed),
            listens: true,
        };
        let link = Self {
            to_submission,
            printed,
        };
        (link, checker, submission)
    }

    /// Tells the submission's side that nothing more comes.
    pub(super) fn end(&self) {
        // A side that is gone has ended.
        let _ = self.to_submission.send(END.to_vec());
    }

    /// All that the submission has printed on this link: standard output and standard error.
    pub(super) fn printed(&self) -> (String, String) {
        let printed = lock(&self.printed);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&printed.stdout), text(&printed.stderr))
    }
}

fn lock(printed: &Mutex<Printed>) -> MutexGuard<'_, Printed> {
    // It is whole between any two statements, whoever panicked.
    printed.lock().unwrap_or_else(PoisonError::into_inner)
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
pub(super) struct CheckerSide {
    to: UnboundedSender<Vec<u8>>,
    from: UnboundedReceiver<Vec<u8>>,
    printed: Arc<Mutex<Printed>>,
}

/// The submission's console.
pub(super) struct SubmissionSide {
    /// `None` once the link is cut.
    to: Option<UnboundedSender<Vec<u8>>>,
    from: UnboundedReceiver<Vec<u8>>,
    printed: Arc<Mutex<Printed>>,
    /// Whether its next message only says that it listens.
    listens: bool,
}

impl Console for CheckerSide {
    fn write<'a>(&'a mut self, _: Stream, _: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn read(&mut self, _: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::ready(Answer::End))
    }

    fn emit(&mut self, _: Message) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        Box::pin(async {
            if self.to.send(message).is_err() {
                return Exchanged::End;
            }
            match self.from.recv().await {
                Some(message) => Exchanged::Message(lock(&self.printed).before(&message)),
                None => Exchanged::End,
            }
        })
    }
}

impl Console for SubmissionSide {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let mut printed = lock(&self.printed);
        let kept = match stream {
            Stream::Stdout => &mut printed.stdout,
            Stream::Stderr => &mut printed.stderr,
        };
        kept.extend_from_slice(bytes);
        Box::pin(std::future::ready(Ok(())))
    }

    fn read(&mut self, _: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::ready(Answer::End))
    }

    fn emit(&mut self, _: Message) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        Box::pin(async {
            if !std::mem::take(&mut self.listens)
                && self.to.as_ref().is_none_or(|to| to.send(message).is_err())
            {
                return Exchanged::End;
            }
            match self.from.recv().await {
                Some(message) => {
                    if message == END {
                        self.to = None;
                    }
                    Exchanged::Message(message)
                }
                None => Exchanged::End,
            }
        })
    }
}
