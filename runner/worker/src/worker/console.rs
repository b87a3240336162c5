//! The console of a session whose reader is elsewhere.

use std::io;
use std::sync::Arc;

use croquant_sandbox::{Answer, BoxFuture, Console, Message, Stream};

use super::desk::{Answered, Desk};
use super::output::Output;
use crate::wire::{Bytes, FromWorker, Number, PIECE_BYTES};

pub(super) struct WireConsole {
    pub(super) number: Number,
    pub(super) desk: Arc<Desk>,
    pub(super) output: Output,
}

/// A question that waits for its answer; given up when dropped before.
struct Question<'a> {
    console: &'a WireConsole,
    number: u32,
    is_answered: bool,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            let WireConsole { number, .. } = *self.console;
            self.console.desk.withdraw();
            let withdraw = FromWorker::Withdraw(number, self.number);
            self.console.desk.window.take_now(withdraw.cost());
            self.console.output.put(&withdraw);
        }
    }
}

impl WireConsole {
    async fn ask(&self, message: impl FnOnce(u32) -> FromWorker) -> Option<Answered> {
        let (number, answered) = self.desk.ask();
        let message = message(number);
        self.desk.window.take(message.cost()).await.ok()?;
        let mut question = Question {
            console: self,
            number,
            is_answered: false,
        };
        self.output.put(&message);
        let answer = answered.await.ok();
        question.is_answered = true;
        answer
    }
}

impl Console for WireConsole {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            for piece in bytes.chunks(PIECE_BYTES) {
                let message = FromWorker::Write(self.number, stream, Bytes(piece.to_vec()));
                self.desk.window.take(message.cost()).await?;
                self.output.put(&message);
            }
            Ok(())
        })
    }

    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(async move {
            if let Some(unread) = self.desk.take_unread(max) {
                return Ok(unread);
            }
            let most = u32::try_from(max).unwrap_or(u32::MAX);
            let answer = self.ask(|question| FromWorker::Read(self.number, question, most));
            match answer.await {
                Some(Answered::Bytes(Some(mut bytes))) => {
                    // The supervisor is trusted, its sums are not.
                    self.desk.put_back(bytes.split_off(max.min(bytes.len())));
                    Ok(bytes)
                }
                _ => Err(io::ErrorKind::Unsupported.into()),
            }
        })
    }

    fn input(&mut self, prompt: String, password: bool) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let number = self.number;
            let answer = self.ask(|question| FromWorker::Ask(number, question, prompt, password));
            match answer.await {
                Some(Answered::Line(answer)) => answer,
                _ => Answer::End,
            }
        })
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let message = FromWorker::Emit(self.number, message.kind, message.json);
            // Where nobody takes anything any more, this goes the way of the rest.
            if self.desk.window.take(message.cost()).await.is_ok() {
                self.output.put(&message);
            }
        })
    }
}
