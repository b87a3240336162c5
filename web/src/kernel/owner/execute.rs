//! Running a cell.

use std::collections::BTreeMap;

use croquant_sandbox::{Cell, Error as SandboxError, Report};
use croquant_worker::Error;
use serde_json::value::RawValue;

use super::super::console::Call;
use super::super::ending::Ending;
use super::super::hub::Origin;
use super::super::messages::{
    CellMode, ErrorContent, Execute, ExecuteInput, ExecuteMetadata, ExecuteReply,
};
use super::super::wire::{Channel, Json, Request};
use super::control::{Stop, watch};
use super::session::Place;
use super::{Next, Owner};

impl Owner {
    /// Runs the cell of an `execute_request` and replies.
    pub(super) async fn execute(&mut self, request: &Request, origin: &Origin) -> Next {
        let content: Execute = match request.content() {
            Ok(content) => content,
            Err(error) => {
                let error = ErrorContent::new("ProtocolError", error.to_string());
                self.reply_error(origin, self.count, &error);
                return Next::Go;
            }
        };
        let metadata: ExecuteMetadata =
            serde_json::from_str(request.metadata.as_str()).unwrap_or_default();
        if let Err(asleep) = self.wake_or_begin(origin).await {
            self.reply_error(origin, self.count, &asleep.error());
            return Next::Go;
        }
        let counts = content.store_history && !content.silent;
        if !content.silent {
            let input = ExecuteInput {
                code: &content.code,
                execution_count: self.count + 1,
            };
            self.hub
                .publish("execute_input", &origin.header, Json::of(&input));
        }
        if counts {
            self.count += 1;
            self.history.push(self.count, &content.code);
        }
        *self.call() = Call {
            origin: Some(origin.clone()),
            allow_stdin: content.allow_stdin,
            error: None,
        };
        let ended = match self.run_cell(&content, metadata.croquant.mode).await {
            Ok(ended) => ended,
            Err(stop) => {
                self.reply_aborted(origin);
                return Next::Stop(stop);
            }
        };
        let restored = match &ended {
            Ok(report) => report.restored,
            Err(error) => is_undone(error),
        };
        let number = self.count;
        let error = self.show_ending(ended, origin);
        if self.rest.is_some() {
            let notice = "[the server stops; the session goes on when it is back]\n";
            self.hub.stream("stderr", &origin.header, notice.to_owned());
        }
        if let Some(error) = error {
            if restored && counts {
                // The guest's own count is as it was before, too.
                self.count -= 1;
            }
            self.save(origin).await;
            self.reply_error(origin, number, &error);
            return match content.stop_on_error {
                true => Next::Abort,
                false => Next::Go,
            };
        }
        match self.evaluate(&content.user_expressions).await {
            Ok(values) => {
                self.save(origin).await;
                self.reply_ok(origin, &values);
                Next::Go
            }
            Err(stop) => {
                self.reply_aborted(origin);
                Next::Stop(stop)
            }
        }
    }

    async fn run_cell(
        &mut self,
        content: &Execute,
        mode: CellMode,
    ) -> Result<Result<Report, Error>, Stop> {
        let Place::Awake(session) = &mut self.place else {
            return Ok(Err(SandboxError::Ended.into()));
        };
        let cell = Cell {
            source: &content.code,
            single: mode == CellMode::Single,
            silent: content.silent,
            store_history: content.store_history,
        };
        let interrupter = session.interrupter();
        let ran = watch(
            &self.hub,
            &mut self.control,
            &mut self.rest,
            &interrupter,
            session.execute(&cell),
        )
        .await;
        if ran.is_err() {
            // It was dropped half-way.
            self.place = Place::Gone;
        }
        ran
    }

    /// Shows how the cell ended; returns the error to reply with.
    fn show_ending(
        &mut self,
        ended: Result<Report, Error>,
        origin: &Origin,
    ) -> Option<ErrorContent> {
        let reported = self.call().error.take();
        let ending = match ended {
            Ok(report) => Ending::of(&report, reported, &self.means.limits),
            Err(error) => {
                tracing::error!(%error, "a cell could not be run");
                let name = match error {
                    Error::Lost { .. } | Error::Quarantined => "SessionLost",
                    _ => "SandboxError",
                };
                Ending {
                    error: Some(ErrorContent::new(name, told(&error))),
                    notice: None,
                }
            }
        };
        if let Some(error) = &ending.error {
            self.hub.publish("error", &origin.header, Json::of(error));
        }
        if let Some(notice) = ending.notice {
            self.hub.stream("stderr", &origin.header, notice);
        }
        ending.error
    }

    /// The values of `user_expressions`, as the guest's tools give them.
    async fn evaluate(&mut self, expressions: &BTreeMap<String, String>) -> Result<Json, Stop> {
        if expressions.is_empty() {
            return Ok(Json::empty());
        }
        let request = serde_json::json!({ "op": "evaluate", "expressions": expressions });
        let called = self.ask_guest(&request.to_string()).await?;
        Ok(called.unwrap_or_else(|_| Json::empty()))
    }

    fn reply_ok(&self, origin: &Origin, values: &Json) {
        let values = RawValue::from_string(values.as_str().to_owned());
        let reply = ExecuteReply::Ok {
            execution_count: self.count,
            user_expressions: &values.expect("it was JSON before"),
            payload: [],
        };
        self.reply_execute(origin, &reply);
    }

    fn reply_error(&self, origin: &Origin, number: u32, error: &ErrorContent) {
        let reply = ExecuteReply::Error {
            execution_count: number,
            error,
        };
        self.reply_execute(origin, &reply);
    }

    fn reply_execute(&self, origin: &Origin, reply: &ExecuteReply<'_>) {
        self.hub
            .reply(Channel::Shell, "execute_reply", origin, Json::of(reply));
    }
}

/// Whether the session is as it was before the cell.
fn is_undone(error: &Error) -> bool {
    matches!(
        error,
        Error::Lost { recovers: true }
            | Error::Quarantined
            | Error::Full { .. }
            | Error::NoWorker { .. }
            | Error::Start { .. }
    )
}

/// What a reader is told of the host's failure; the log has the rest.
pub(super) fn told(error: &Error) -> String {
    match error {
        Error::Sandbox(SandboxError::Ended) => "there is no session any more\nhint: restart".to_owned(),
        Error::Sandbox(SandboxError::TooLarge { .. }) | Error::TooLong { .. } => error.to_string(),
        Error::Lost { recovers: true } => {
            "the process that ran this cell has ended\nhint: run the cell again; the variables are as they were before it"
                .to_owned()
        }
        Error::Lost { recovers: false } => {
            "the process that ran this page has ended, and its variables are lost\nhint: run the cells from the beginning".to_owned()
        }
        Error::Quarantined => {
            "the process that runs this page has ended twice, and is not started again for ten seconds\nhint: change the cell that ends it; the variables are as they were before it"
                .to_owned()
        }
        Error::Full { .. } | Error::NoWorker { .. } | Error::Start { .. } => {
            "no process can run this cell now\nhint: run it again in a moment; the variables are as they were before it".to_owned()
        }
        _ => {
            "the sandbox failed\nhint: restart, and tell the author of the page if it happens again"
                .to_owned()
        }
    }
}
