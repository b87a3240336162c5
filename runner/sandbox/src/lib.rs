//! The wall: sessions of sandboxed CPython under wasmtime.
//!
//! An [`Engine`] holds the guest image; a [`Session`] is one interpreter in it, with exactly what its [`Policy`]
//! grants, within its [`Limits`], talking to the world through its [`Console`]. Each call ends with a [`Report`],
//! whose [`Outcome`] names the one way in which it ended. A guest that ends badly is a value; an [`Error`] means that the
//! host failed.
//!
//! Futures of this crate need a tokio runtime with its timer on. They hold no thread while they wait, and a guest
//! that computes gives way to other tasks about every millisecond.

mod call;
pub mod compile;
mod config;
mod console;
mod drive;
mod ending;
mod engine;
mod error;
mod flags;
mod grants;
mod guest;
mod host;
mod interrupt;
mod limits;
mod meter;
mod outcome;
mod output;
mod policy;
mod records;
mod session;
mod signals;
mod state;

pub use console::{Answer, BoxFuture, Console, Message, MessageKind, Stream};
pub use engine::{Engine, EngineConfig};
pub use error::Error;
pub use interrupt::Interrupter;
pub use limits::Limits;
pub use outcome::{Called, Outcome, Report};
pub use policy::{Access, Mode, Mount, Policy, PolicyError, Terminal};
pub use session::{Cell, Program, Session};
