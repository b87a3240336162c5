//! A console that keeps what a session shows, in the order in which a reader sees it: results and prompts among the output.

use croquant_sandbox::{Answer, BoxFuture, Console, Message, MessageKind, Stream};
use serde::Deserialize;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// What a session has said so far, and the answers it will get from `input()`.
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    said: Said,
    answers: VecDeque<String>,
}

/// Output since the last [`Recording::take`].
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Standard output, and each result as a prompt shows it.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The traceback of the exception that ended the cell.
    pub(crate) error: Option<String>,
}

impl Recording {
    /// A console for one session, and the recording of it.
    pub(crate) fn new() -> (Box<dyn Console>, Self) {
        let recording = Self::default();
        (Box::new(recording.clone()), recording)
    }

    /// Answers the coming calls of `input()`, in turn; past the last one the input is at its end.
    pub(crate) fn answer(&self, lines: impl IntoIterator<Item = String>) {
        self.with(|state| state.answers = lines.into_iter().collect());
    }

    /// What was said since the last time.
    pub(crate) fn take(&self) -> Said {
        self.with(|state| std::mem::take(&mut state.said))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Console for Recording {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        let text = String::from_utf8_lossy(bytes);
        self.with(|state| match stream {
            Stream::Stdout => state.said.stdout.push_str(&text),
            Stream::Stderr => state.said.stderr.push_str(&text),
        });
        Box::pin(async { Ok(()) })
    }

    fn read(&mut self, _max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn input(&mut self, prompt: String, _password: bool) -> BoxFuture<'_, Answer> {
        let answer = self.with(|state| {
            let answer = state.answers.pop_front();
            // As a terminal would show it.
            state.said.stdout.push_str(&prompt);
            if let Some(line) = &answer {
                state.said.stdout.push_str(line);
                state.said.stdout.push('\n');
            }
            answer
        });
        Box::pin(async { answer.map_or(Answer::End, Answer::Line) })
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        self.hear(message);
        Box::pin(std::future::ready(()))
    }
}

impl Recording {
    fn hear(&self, message: Message) {
        #[derive(Deserialize)]
        struct ExecuteResult {
            data: std::collections::HashMap<String, serde_json::Value>,
        }
        #[derive(Deserialize)]
        struct Failure {
            traceback: Vec<String>,
        }
        match message.kind {
            MessageKind::ExecuteResult => {
                let result: ExecuteResult =
                    serde_json::from_str(&message.json).expect("a result is valid JSON");
                let text = result.data["text/plain"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                self.with(|state| {
                    state.said.stdout.push_str(&text);
                    state.said.stdout.push('\n');
                });
            }
            MessageKind::Error => {
                let failure: Failure =
                    serde_json::from_str(&message.json).expect("an error is valid JSON");
                self.with(|state| state.said.error = Some(failure.traceback.join("\n")));
            }
            _ => {}
        }
    }
}
