//! The session's other side: who reads its output and answers its questions.

use std::future::Future;
use std::io;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// A boxed future, the shape in which a trait object returns one.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a session's output goes and its input comes from: the command's standard streams, or a page.
///
/// Each future may wait as long as it likes: the session waits with it, without a thread. It is dropped, half-way or not,
/// when the call is interrupted or ended, so a read or an input that has been dropped must lose nothing that it has taken.
pub trait Console: Send + 'static {
    /// Takes output. Waiting here slows the guest down (backpressure). An error reaches the guest as an `OSError`.
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Up to `max` bytes of standard input; empty at its end.
    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>>;

    /// Asks the reader for one line, hidden while typed if `password`.
    fn input(&mut self, prompt: String, password: bool) -> BoxFuture<'_, Answer>;

    /// Takes a message: a result, a display, an error. The JSON comes from the guest and is not to be trusted. Waiting here slows the guest
    /// down, as in [`Console::write`].
    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()>;

    /// Takes a message to the session on the other side, and gives back that one's next. Most sessions have none there, which is the default.
    /// The bytes come from the guest and are not to be trusted. While it waits, the deadline does not count.
    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        drop(message);
        Box::pin(std::future::ready(Exchanged::Unsupported))
    }
}

/// What [`Console::exchange`] gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchanged {
    /// The other side's message.
    Message(Vec<u8>),
    /// The other side has ended: `EOFError`.
    End,
    /// There is no other side: `EOFError`.
    Unsupported,
}

/// An output stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What [`Console::input`] gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The line, without its newline.
    Line(String),
    /// The input is at its end: `input()` raises `EOFError`.
    End,
    /// Nobody can answer here.
    Unsupported,
}

/// A message of the guest: one of the Jupyter kernel protocol's, as the guest's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: MessageKind,
    /// Its content: valid UTF-8, but otherwise whatever the guest sent.
    pub json: String,
}

/// The kinds of [`Message`], numbered as in the guest's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageKind {
    /// The value of a cell's last expression.
    ExecuteResult,
    /// Something shown by `display()`.
    DisplayData,
    /// An exception that nobody caught.
    Error,
    /// The answer to [`Session::call`](crate::Session::call), which returns it: a console never sees this kind.
    Reply,
    /// Take away what was shown.
    ClearOutput,
    /// Change something shown before.
    UpdateDisplayData,
    /// The code asked to exit.
    Exit,
}

impl MessageKind {
    /// The kind numbered `number`, if there is one.
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::ExecuteResult,
            2 => Self::DisplayData,
            3 => Self::Error,
            4 => Self::Reply,
            5 => Self::ClearOutput,
            6 => Self::UpdateDisplayData,
            7 => Self::Exit,
            _ => return None,
        })
    }

    /// Its name, as the Jupyter protocol has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ExecuteResult => "execute_result",
            Self::DisplayData => "display_data",
            Self::Error => "error",
            Self::Reply => "reply",
            Self::ClearOutput => "clear_output",
            Self::UpdateDisplayData => "update_display_data",
            Self::Exit => "exit",
        }
    }
}
