//! A session's console: what the guest writes and asks becomes messages to the page.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use croquant_sandbox::{Answer, BoxFuture, Console, Message, MessageKind, Stream};

use super::hub::{Hub, Origin};
use super::messages::ErrorContent;
use super::text::Decoder;
use super::wire::Json;

/// The call that runs now: whose output it is, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) origin: Option<Origin>,
    pub(crate) allow_stdin: bool,
    /// The exception that the guest reported: shown when it is known how the call ended.
    pub(crate) error: Option<ErrorContent>,
}

/// What the owner of a session and its console share.
pub(crate) type Calls = Arc<Mutex<Call>>;

/// The console of a kernel's session.
pub(crate) struct PageConsole {
    hub: Arc<Hub>,
    calls: Calls,
    stdout: Decoder,
    stderr: Decoder,
    /// Bytes of a line that was answered and not yet read.
    unread: Vec<u8>,
}

impl PageConsole {
    pub(crate) fn new(hub: Arc<Hub>, calls: Calls) -> Self {
        Self {
            hub,
            calls,
            stdout: Decoder::default(),
            stderr: Decoder::default(),
            unread: Vec::new(),
        }
    }

    /// The request to whose cell output belongs.
    fn parent(&self) -> Json {
        let call = self.call();
        let origin = call.origin.as_ref();
        origin.map_or_else(Json::empty, |origin| origin.header.clone())
    }

    /// Whom to ask; `None` if nobody can answer.
    fn asker(&self) -> Option<Origin> {
        let call = self.call();
        call.origin.clone().filter(|_| call.allow_stdin)
    }

    fn call(&self) -> MutexGuard<'_, Call> {
        self.calls.lock().expect("no holder panics")
    }
}

impl Console for PageConsole {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let (name, decoder) = match stream {
                Stream::Stdout => ("stdout", &mut self.stdout),
                Stream::Stderr => ("stderr", &mut self.stderr),
            };
            let text = decoder.decode(bytes);
            self.hub.stream(name, &self.parent(), text);
            self.hub.outbox.room().await;
            Ok(())
        })
    }

    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(async move {
            if self.unread.is_empty() {
                let Some(asker) = self.asker() else {
                    return Err(io::ErrorKind::Unsupported.into());
                };
                if let Some(line) = self.hub.ask(&asker, String::new(), false).await {
                    self.unread = line.into_bytes();
                    self.unread.push(b'\n');
                }
            }
            let taken = max.min(self.unread.len());
            Ok(self.unread.drain(..taken).collect())
        })
    }

    fn input(&mut self, prompt: String, password: bool) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let Some(asker) = self.asker() else {
                return Answer::Unsupported;
            };
            match self.hub.ask(&asker, prompt, password).await {
                Some(line) => Answer::Line(line),
                None => Answer::End,
            }
        })
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.publish(message);
            self.hub.outbox.room().await;
        })
    }
}

impl PageConsole {
    /// Sends a message to the page, or keeps it for the end of the call.
    fn publish(&self, message: Message) {
        let Some(content) = Json::object(&message.json) else {
            tracing::debug!(kind = ?message.kind, "the guest sent a message that is not JSON");
            return;
        };
        let msg_type = match message.kind {
            MessageKind::ExecuteResult => "execute_result",
            MessageKind::DisplayData => "display_data",
            MessageKind::UpdateDisplayData => "update_display_data",
            MessageKind::ClearOutput => "clear_output",
            MessageKind::Error => {
                let error = serde_json::from_str(content.as_str()).unwrap_or_default();
                self.call().error = Some(error);
                return;
            }
            // The outcome says so, too.
            MessageKind::Exit | MessageKind::Reply => return,
        };
        self.hub.publish(msg_type, &self.parent(), content);
    }
}
