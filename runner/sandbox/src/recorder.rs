//! A console in memory.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::console::{Answer, BoxFuture, Console, Message, Stream};

/// A [`Console`] that keeps what the guest writes, for tests and for whoever answers a request with a whole output. Clones share
/// what they keep: give one to the session, and ask the other.
///
/// What one call can write is bounded by [`Limits::output_bytes`](crate::Limits::output_bytes); [`Recorder::take`] between calls keeps a
/// long session small.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    recording: Recording,
    stdin: VecDeque<u8>,
    answers: VecDeque<String>,
}

/// What a [`Recorder`] has kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Results, displays and errors, in their order.
    pub messages: Vec<Message>,
}

impl Recording {
    /// Standard output as text; bytes that are no UTF-8 become U+FFFD.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error, likewise.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Recorder {
    /// A console whose input is at its end.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to what the guest reads from standard input.
    #[must_use]
    pub fn with_stdin(self, bytes: impl AsRef<[u8]>) -> Self {
        self.kept().stdin.extend(bytes.as_ref());
        self
    }

    /// Adds the answer to one `input()`, in [`Mode::Kernel`](crate::Mode::Kernel).
    #[must_use]
    pub fn with_answer(self, line: impl Into<String>) -> Self {
        self.kept().answers.push_back(line.into());
        self
    }

    /// What was kept since the last time.
    pub fn take(&self) -> Recording {
        std::mem::take(&mut self.kept().recording)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is kept is whole between any two statements, whoever panicked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Console for Recorder {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let mut kept = self.kept();
        let kept = match stream {
            Stream::Stdout => &mut kept.recording.stdout,
            Stream::Stderr => &mut kept.recording.stderr,
        };
        kept.extend_from_slice(bytes);
        Box::pin(std::future::ready(Ok(())))
    }

    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        let mut kept = self.kept();
        let count = max.min(kept.stdin.len());
        let bytes = kept.stdin.drain(..count).collect();
        Box::pin(std::future::ready(Ok(bytes)))
    }

    fn input(&mut self, _prompt: String, _password: bool) -> BoxFuture<'_, Answer> {
        let answer = self.kept().answers.pop_front();
        let answer = answer.map_or(Answer::End, Answer::Line);
        Box::pin(std::future::ready(answer))
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        self.kept().recording.messages.push(message);
        Box::pin(std::future::ready(()))
    }
}
