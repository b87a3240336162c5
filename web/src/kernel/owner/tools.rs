//! Completion, inspection and the other questions that the guest's own tools answer.

use croquant_sandbox::Outcome;

use super::super::console::Call;
use super::super::hub::Origin;
use super::super::messages::ErrorContent;
use super::super::wire::{Json, Request};
use super::control::{Stop, watch};
use super::execute::told;
use super::session::Place;
use super::{Next, Owner};

impl Owner {
    /// Passes a request's content on to the guest as the operation `op`, and its answer back.
    pub(super) async fn tool(
        &mut self,
        op: &'static str,
        reply: &'static str,
        request: &Request,
        origin: &Origin,
    ) -> Next {
        let mut content: serde_json::Map<String, serde_json::Value> =
            request.content().unwrap_or_default();
        content.insert("op".to_owned(), op.into());
        let asked = serde_json::Value::Object(content).to_string();
        *self.call() = Call {
            origin: Some(origin.clone()),
            ..Call::default()
        };
        if let Err(asleep) = self.wake().await {
            self.hub
                .reply(request.channel, reply, origin, asleep.error().reply());
            return Next::Go;
        }
        match self.ask_guest(&asked).await {
            Ok(answer) => {
                let answer = answer.unwrap_or_else(|error| error.reply());
                self.hub.reply(request.channel, reply, origin, answer);
                Next::Go
            }
            Err(stop) => Next::Stop(stop),
        }
    }

    /// One call of the guest's tools.
    pub(super) async fn ask_guest(
        &mut self,
        request: &str,
    ) -> Result<Result<Json, ErrorContent>, Stop> {
        let Place::Awake(session) = &mut self.place else {
            let error = told(&croquant_sandbox::Error::Ended.into());
            return Ok(Err(ErrorContent::new("SandboxError", error)));
        };
        let interrupter = session.interrupter();
        let call = session.call(request);
        let watched = watch(
            &self.hub,
            &mut self.control,
            &mut self.rest,
            &interrupter,
            call,
        );
        let called = match watched.await {
            Ok(called) => called,
            Err(stop) => {
                // It was dropped half-way.
                self.place = Place::Gone;
                return Err(stop);
            }
        };
        Ok(match called {
            Ok(called) => {
                let reply = called.reply.as_deref().and_then(Json::object);
                reply.ok_or_else(|| no_answer(&called.report.outcome))
            }
            Err(error) => {
                tracing::error!(%error, "the guest's tools could not be called");
                Err(ErrorContent::new("SandboxError", told(&error)))
            }
        })
    }
}

fn no_answer(outcome: &Outcome) -> ErrorContent {
    tracing::debug!(?outcome, "the guest's tools gave no answer");
    ErrorContent::new("NoAnswer", "the session gave no answer")
}
