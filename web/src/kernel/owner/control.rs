//! Requests that do not wait for their turn: interrupt, restart, shut down.

use std::time::Duration;

use croquant_worker::{Error, Interrupter};
use tokio::sync::{mpsc, oneshot};

use super::super::hub::{Hub, Origin};
use super::super::messages::{self, ExecutionState, Shutdown};
use super::super::wire::{Channel, Json};
use super::session::Place;
use super::{Life, Owner, Queued};

/// Something that does not wait for its turn.
#[derive(Debug)]
pub(in super::super) enum Control {
    /// A message of the control channel.
    Message(Queued),
    /// From the REST interface.
    Interrupt(oneshot::Sender<()>),
    Restart(oneshot::Sender<Result<(), Error>>),
    Shutdown(oneshot::Sender<()>),
    /// The server stops.
    Rest(Rest),
}

/// The end of the server, which is not that of the kernel.
#[derive(Debug)]
pub(in super::super) struct Rest {
    /// How long what runs may go on before it is interrupted, and again before it is given up.
    pub(in super::super) grace: Duration,
    pub(in super::super) done: oneshot::Sender<()>,
}

/// Why the session is to be given up, and who waits for that.
#[derive(Debug)]
pub(super) enum Stop {
    Restart(Option<oneshot::Sender<Result<(), Error>>>, Option<Origin>),
    Shutdown(Option<oneshot::Sender<()>>, Option<Origin>),
    /// The server stops.
    Rest,
    /// The kernel was dropped.
    Dropped,
}

impl Owner {
    /// Handles `control` while no call runs.
    pub(super) async fn control(&mut self, control: Control) -> Life {
        match now(&self.hub, control, None) {
            Now::Done => Life::On,
            Now::Stop(stop) => self.stop(stop).await,
            Now::Rest(rest) => {
                self.rest = Some(rest);
                self.stop(Stop::Rest).await
            }
            Now::Other(queued) => {
                let origin = queued.origin();
                self.hub.status(ExecutionState::Busy, &origin.header);
                self.answer_at_once(&queued.request, &origin);
                self.hub.done(self.state(), &origin.header);
                Life::On
            }
        }
    }

    /// Gives the session up; whatever ran in it has been dropped.
    pub(super) async fn stop(&mut self, stop: Stop) -> Life {
        self.abort_waiting(None);
        match stop {
            Stop::Dropped => Life::Over,
            Stop::Rest => Life::Away,
            Stop::Shutdown(done, origin) => {
                self.place = Place::Gone;
                if let Some(bed) = self.bed.take()
                    && let Err(error) = bed.remove().await
                {
                    tracing::error!(%error, "a session that has ended stays in the store");
                }
                if let Some(origin) = origin {
                    reply_shutdown(&self.hub, &origin, false);
                }
                // Nobody may wait for it any more.
                done.map(|done| done.send(()));
                Life::Over
            }
            Stop::Restart(done, origin) => {
                let began = self.renew().await;
                if let Some(origin) = origin {
                    reply_shutdown(&self.hub, &origin, true);
                }
                done.map(|done| done.send(began));
                Life::On
            }
        }
    }
}

fn reply_shutdown(hub: &Hub, to: &Origin, restart: bool) {
    let content = Json::of(&serde_json::json!({ "status": "ok", "restart": restart }));
    hub.reply(Channel::Control, "shutdown_reply", to, content);
    hub.done(hub.activity().state, &to.header);
}

enum Now {
    Done,
    Stop(Stop),
    Rest(Rest),
    /// A message that is answered like those of the shell channel.
    Other(Queued),
}

/// What `control` asks for; an interrupt is carried out.
fn now(hub: &Hub, control: Control, running: Option<&Interrupter>) -> Now {
    let interrupt = || running.into_iter().for_each(Interrupter::interrupt);
    let queued = match control {
        Control::Interrupt(done) => {
            interrupt();
            let _ = done.send(());
            return Now::Done;
        }
        Control::Restart(done) => return Now::Stop(Stop::Restart(Some(done), None)),
        Control::Shutdown(done) => return Now::Stop(Stop::Shutdown(Some(done), None)),
        Control::Rest(rest) => return Now::Rest(rest),
        Control::Message(queued) => queued,
    };
    let origin = queued.origin();
    match queued.request.header.msg_type.as_str() {
        "interrupt_request" => {
            interrupt();
            let ok = Json::of(&serde_json::json!({ "status": "ok" }));
            hub.reply(Channel::Control, "interrupt_reply", &origin, ok);
            Now::Done
        }
        "shutdown_request" => {
            let content: Shutdown = queued.request.content().unwrap_or_default();
            hub.status(ExecutionState::Busy, &origin.header);
            Now::Stop(match content.restart {
                true => Stop::Restart(None, Some(origin)),
                false => Stop::Shutdown(None, Some(origin)),
            })
        }
        "kernel_info_request" => {
            let info = messages::kernel_info();
            hub.reply(Channel::Control, "kernel_info_reply", &origin, info);
            Now::Done
        }
        _ => Now::Other(queued),
    }
}

/// Waits for `call` to end, and heeds the control channel meanwhile. A call that is stopped is dropped half-way; its
/// session must not be used again.
pub(super) async fn watch<T>(
    hub: &Hub,
    control: &mut mpsc::Receiver<Control>,
    rest: &mut Option<Rest>,
    running: &Interrupter,
    call: impl Future<Output = T>,
) -> Result<T, Stop> {
    let mut call = std::pin::pin!(call);
    let mut patience = std::pin::pin!(patience(rest.as_ref(), running));
    loop {
        tokio::select! {
            biased;
            control = control.recv() => match control {
                None => return Err(Stop::Dropped),
                Some(control) => match now(hub, control, Some(running)) {
                    Now::Done => {}
                    Now::Stop(stop) => return Err(stop),
                    Now::Rest(resting) => {
                        patience.set(self::patience(Some(&resting), running));
                        *rest = Some(resting);
                    }
                    Now::Other(queued) => {
                        tracing::debug!(
                            msg_type = queued.request.header.msg_type,
                            "a control message came while a cell ran, and is not known"
                        );
                    }
                },
            },
            () = &mut patience => return Err(Stop::Rest),
            ended = &mut call => return Ok(ended),
        }
    }
}

/// Ends when a server that stops waits no longer for what runs; half-way that is interrupted.
fn patience(rest: Option<&Rest>, running: &Interrupter) -> impl Future<Output = ()> + use<> {
    let (grace, running) = (rest.map(|rest| rest.grace), running.clone());
    async move {
        let Some(grace) = grace else {
            return std::future::pending().await;
        };
        tokio::time::sleep(grace).await;
        running.interrupt();
        tokio::time::sleep(grace).await;
    }
}
