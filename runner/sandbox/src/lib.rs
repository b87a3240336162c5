//! The wall: sessions of sandboxed CPython under wasmtime. Nothing outside this crate names wasmtime.
//!
//! An [`Engine`] holds the guest image; a [`Session`] is one interpreter in it, with exactly what its [`Policy`]
//! grants, within its [`Limits`], talking to the world through its [`Console`]. Each call ends with a [`Report`],
//! whose [`Outcome`] names the one way in which it ended. A guest that ends badly is a value; an [`Error`] means that the
//! host failed.
//!
//! Futures of this crate need a tokio runtime with its timer on. They hold no thread while they wait, and a guest
//! that computes gives way to other tasks about every millisecond.
//!
//! # What ends a call
//! A guest that has to stop is asked first: Python sees a `KeyboardInterrupt` at its next safe point, in loops, nested
//! `try`s, regular expressions, `sleep` and `input`. The session keeps its variables. One that does not look (a long
//! operation in C) or that goes on past a limit is dropped after [`Limits::grace_ms`], and its session with it.
//!
//! | limit | asked when | stopped for good | outcome |
//! | --- | --- | --- | --- |
//! | fuel | it is used up | after a fixed reserve of a thousand million units | [`Outcome::OutOfFuel`] |
//! | deadline | it is reached; waiting for input does not count | after the grace | [`Outcome::Deadline`] |
//! | idle input | one wait lasted that long | after the grace | [`Outcome::InputIdle`] |
//! | output | as much was dropped as is allowed in all | after the grace | [`Outcome::OutputLimit`] |
//! | memory | `MemoryError` in the guest | never | [`Outcome::OutOfMemory`] if nobody caught it |
//! | stack | `RecursionError` in the guest | past what Python can notice | [`Outcome::StackOverflow`] |
//!
//! | a mount's [`Quota`], open files | `OSError` in the guest (EDQUOT, EMFILE) | never | |
//!
//! # Who sees and rules on what a guest asks of the host
//! Every call that the guest makes of the host goes through one gate, decoded. [`Policy::calls`] rules on it by call and by path; an [`Observer`]
//! sees each before and after, and may rule, too. Without either the gate costs next to nothing.
//!
//! ```
//! use croquant_sandbox::{CallPolicy, Errno, HostCall, PathAction, PathRule, Policy, Rule};
//!
//! let policy = Policy {
//!     calls: Some(CallPolicy {
//!         default: Some(Rule::Allow),
//!         calls: [(HostCall::PathSymlink, Rule::Deny(Errno::Perm))].into(),
//!         paths: vec![],
//!     }),
//!     ..Policy::default()
//! };
//! assert_eq!(policy.check(), Ok(()));
//! // A rule on a path that no mount covers would never be asked.
//! let mut wrong = policy;
//! wrong.calls.as_mut().unwrap().paths.push(PathRule {
//!     pattern: "/data/**/*.key".into(),
//!     calls: vec![],
//!     action: PathAction::Deny(Errno::NoEnt),
//! });
//! assert!(wrong.check().is_err());
//! ```
//!
//! # What makes an image
//! [`compile`] is the build-time half: it shares one wasmtime configuration with [`Engine::new`], so that what it compiles
//! is what an engine loads.

mod call;
mod calls;
mod chance;
mod clock;
pub mod compile;
mod config;
mod console;
mod drive;
mod ending;
mod engine;
mod errno;
mod error;
mod files;
mod flags;
mod grants;
mod guest;
mod host;
mod interrupt;
mod limits;
mod machine;
mod meter;
mod outcome;
mod output;
mod policy;
mod records;
mod session;
mod signals;
mod state;
mod stdin;
mod trace;
mod watchdog;

pub use calls::{Answer as CallAnswer, CallPolicy, CallPolicyError, PathAction, PathRule, Rule};
pub use chance::Random;
pub use clock::Clock;
pub use console::{Answer, BoxFuture, Console, Message, MessageKind, Stream};
pub use engine::{Engine, EngineConfig, Slots};
pub use errno::Errno;
pub use error::Error;
pub use interrupt::Interrupter;
pub use limits::Limits;
pub use machine::{WASMTIME, tells_written_pages};
pub use outcome::{Called, Outcome, Report};
pub use policy::{Access, Mode, Mount, MountRules, Policy, PolicyError, Quota, Terminal};
pub use session::{Cell, Program, Session};
pub use trace::{AnswerKind, Args, Denial, Event, HostCall, Observer, Reason, Value};
