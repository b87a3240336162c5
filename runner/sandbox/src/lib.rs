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
//! # Start a session, run cells
//! The image is part of the crate `croquant-guest`, which unpacks it once for each user and machine. One engine serves all sessions of a
//! process; a session starts in well under a millisecond, and frees everything when it is dropped.
//!
//! ```
//! use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! let console = Recorder::new();
//! let (policy, limits) = (Policy::default(), Limits::tutorial());
//! let mut session = Session::start(&engine, &policy, &limits, Box::new(console.clone())).await?;
//!
//! let report = session.execute(&Cell::new("x = 6 * 7\nprint('x is', x)")).await?;
//! assert_eq!(report.outcome, Outcome::Completed);
//! assert_eq!(console.take().stdout_text(), "x is 42\n");
//!
//! // Variables stay from cell to cell. At a prompt, every expression shows its value; an exception is an outcome like others.
//! session.execute(&Cell::prompt("x + 1")).await?;
//! assert!(console.take().messages[0].json.contains("43"));
//! let report = session.execute(&Cell::new("1 / 0")).await?;
//! assert_eq!(report.outcome, Outcome::Raised);
//! assert!(console.take().messages[0].json.contains("ZeroDivisionError"));
//! # Ok(())
//! # }
//! ```
//!
//! [`Recorder`] keeps everything in memory. To pass output on as it comes, or to ask somebody for `input()`, write a [`Console`]: its
//! futures may wait as long as they like, and slow the guest down to the pace of its reader.
//!
//! # Limits
//! Nothing is unlimited. [`Limits`] has a constructor for each common use; change what you need. Limits on work, time and output
//! hold for each call anew, and a call that meets one leaves the session alive where Python can be stopped by an exception.
//!
//! ```
//! # use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! let limits = Limits { fuel: 50_000_000, ..Limits::tutorial() };
//! let console = Box::new(Recorder::new());
//! let mut session = Session::start(&engine, &Policy::default(), &limits, console).await?;
//! session.execute(&Cell::new("kept = [1, 2, 3]")).await?;
//!
//! let report = session.execute(&Cell::new("while True: pass")).await?;
//! assert_eq!(report.outcome, Outcome::OutOfFuel);
//! assert!(report.alive);
//!
//! let report = session.execute(&Cell::new("assert kept == [1, 2, 3]")).await?;
//! assert_eq!(report.outcome, Outcome::Completed);
//! // The same program uses the same fuel, on any machine: a figure to compare and to grade by.
//! assert!(report.fuel > 0 && report.fuel < 50_000_000);
//! # Ok(())
//! # }
//! ```
//!
//! # Policy: programs, files, folders
//! A session is granted nothing that its [`Policy`] does not name: no file, no variable, no argument. [`Session::run`] runs a program as
//! `python` does, to its end and exit code.
//!
//! ```
//! # use croquant_sandbox::{Engine, EngineConfig, Limits, Recorder, Session};
//! use croquant_sandbox::{Access, Mode, Mount, Outcome, Policy, Program};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("in.txt"), "crunchy")?;
//! let script = "\
//! import sys
//! print(open('/data/in.txt').read(), sys.argv[1])
//! try:
//!     open('/data/in.txt', 'w')
//! except OSError as error:
//!     print(error.strerror)
//! sys.exit(3)
//! ";
//! let policy = Policy {
//!     args: vec!["main.py".into(), "argument".into()],
//!     mounts: vec![Mount::new(folder.path(), "/data", Access::ReadOnly)],
//!     files: vec![("/home/user/main.py".into(), script.into())],
//!     mode: Mode::Program,
//!     ..Policy::default()
//! };
//! let console = Recorder::new();
//! let mut session =
//!     Session::start(&engine, &policy, &Limits::script(), Box::new(console.clone())).await?;
//! let report = session.run(&Program::File("/home/user/main.py".into())).await?;
//! assert_eq!(report.outcome, Outcome::Exited(3));
//! assert_eq!(console.take().stdout_text(), "crunchy argument\nRead-only file system\n");
//! assert_eq!(std::fs::read_to_string(folder.path().join("in.txt"))?, "crunchy");
//! # Ok(())
//! # }
//! ```
//!
//! For teaching and grading, [`Policy::imports`] says which modules the program itself may import. That is a guard-rail and no part of
//! the wall: whoever wants to gets around it, and gains nothing that the rest of the policy does not grant.
//!
//! ```
//! # use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
//! use croquant_sandbox::Imports;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! let policy = Policy {
//!     imports: Imports { deny: vec!["statistics".into()], ..Imports::default() },
//!     ..Policy::default()
//! };
//! let (limits, console) = (Limits::grading(), Box::new(Recorder::new()));
//! let mut session = Session::start(&engine, &policy, &limits, console).await?;
//! let report = session.execute(&Cell::new("from statistics import median")).await?;
//! assert_eq!(report.outcome, Outcome::Raised);
//! // What the standard library imports for itself goes on.
//! let report = session.execute(&Cell::new("import random; random.choice([1, 2])")).await?;
//! assert_eq!(report.outcome, Outcome::Completed);
//! # Ok(())
//! # }
//! ```
//!
//! # Interrupt from elsewhere
//! An [`Interrupter`] works from any task or thread, while the session is busy: Python raises `KeyboardInterrupt`, and the variables stay.
//!
//! ```
//! # use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! # let (policy, limits) = (Policy::default(), Limits::tutorial());
//! # let mut session = Session::start(&engine, &policy, &limits, Box::new(Recorder::new())).await?;
//! let interrupter = session.interrupter();
//! let presser = std::thread::spawn(move || {
//!     std::thread::sleep(std::time::Duration::from_millis(50));
//!     interrupter.interrupt();
//! });
//! let report = session.execute(&Cell::new("n = 0\nwhile True: n += 1")).await?;
//! assert_eq!(report.outcome, Outcome::Interrupted);
//! let report = session.execute(&Cell::new("assert n > 0")).await?;
//! assert_eq!(report.outcome, Outcome::Completed);
//! # presser.join().unwrap();
//! # Ok(())
//! # }
//! ```
//!
//! # Snapshots: put away, go on, fork, undo
//! A session at rest is a value, [`Snapshot`]: with its generators half-way, its open files, its databases in memory. Written down and sealed it
//! outlives the process. A fork goes on alone, from where the session is; [`History`] undoes cells and does them again.
//!
//! ```
//! # use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session};
//! use croquant_sandbox::{Snapshot, SnapshotKey};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! # let (policy, limits) = (Policy::default(), Limits::tutorial());
//! let mut session = Session::start(&engine, &policy, &limits, Box::new(Recorder::new())).await?;
//! session.execute(&Cell::new("squares = (n * n for n in range(10)); next(squares)")).await?;
//!
//! let key = SnapshotKey::random()?;
//! let bytes = session.snapshot().await?.encode(&engine, &key)?;
//! drop(session);
//!
//! // Later, here or in another process with the same image and the same key.
//! let console = Recorder::new();
//! let snapshot = Snapshot::decode(&bytes, &engine, &key)?;
//! let mut session = Session::resume(&engine, &snapshot, Box::new(console.clone())).await?;
//! let mut fork = session.fork(Box::new(Recorder::new())).await?;
//! fork.execute(&Cell::new("squares.close()")).await?;
//! session.execute(&Cell::new("print(next(squares), next(squares))")).await?;
//! assert_eq!(console.take().stdout_text(), "1 4\n");
//! # Ok(())
//! # }
//! ```
//!
//! # In a server
//! An [`Engine`] is cheap to clone and made to be shared, as the state of a web framework's handlers. A session belongs to one task, which
//! others reach by a channel: calls are queued, a client that goes away drops the channel, and the session goes with the task.
//! [`EngineConfig::server`] sets room aside for as many sessions as may live at once; one more is [`Error::Full`], which is a `503`.
//!
//! ```
//! # use croquant_sandbox::{Cell, Engine, EngineConfig, Error, Limits, Policy, Recorder, Session};
//! use croquant_sandbox::Report;
//! use tokio::sync::{mpsc, oneshot};
//!
//! /// One cell of a client, and where its answer goes.
//! struct Request {
//!     source: String,
//!     answer: oneshot::Sender<(Report, String)>,
//! }
//!
//! /// Owns the session of one client.
//! async fn own(engine: Engine, mut requests: mpsc::Receiver<Request>) -> Result<(), Error> {
//!     let (policy, limits, console) = (Policy::default(), Limits::tutorial(), Recorder::new());
//!     let new = || Session::start(&engine, &policy, &limits, Box::new(console.clone()));
//!     let mut session = new().await?;
//!     while let Some(Request { source, answer }) = requests.recv().await {
//!         let report = session.execute(&Cell::new(&source)).await?;
//!         if !report.alive {
//!             session = new().await?;
//!         }
//!         // A client that has gone away wants no answer.
//!         let _ = answer.send((report, console.take().stdout_text()));
//!     }
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::new(croquant_guest::open()?, &EngineConfig::server(8))?;
//! let (client, requests) = mpsc::channel(4);
//! let task = tokio::spawn(own(engine, requests));
//! for (source, expected) in [("x = 20", ""), ("exit(1)", ""), ("print('x' in globals())", "False\n")] {
//!     let (answer, wait) = oneshot::channel();
//!     client.send(Request { source: source.into(), answer }).await?;
//!     assert_eq!(wait.await?.1, expected);
//! }
//! drop(client);
//! task.await??;
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! What the guest does is never an [`Error`]. One says that the host failed, or was asked for what cannot be, and carries a `hint:` line for
//! whoever can mend it.
//!
//! ```
//! # use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
//! use croquant_sandbox::{Access, Error, Mount, PolicyError};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! let policy = Policy {
//!     mounts: vec![Mount::new("/tmp", "/data/../..", Access::ReadOnly)],
//!     ..Policy::default()
//! };
//! let limits = Limits::tutorial();
//! let refused = Session::start(&engine, &policy, &limits, Box::new(Recorder::new())).await;
//! assert!(matches!(refused, Err(Error::Policy(PolicyError::NotPlain { .. }))));
//!
//! let (policy, console) = (Policy::default(), Box::new(Recorder::new()));
//! let mut session = Session::start(&engine, &policy, &limits, console).await?;
//! let report = session.execute(&Cell::new("raise SystemExit(5)")).await?;
//! assert_eq!((report.outcome, report.alive), (Outcome::Exited(5), false));
//! let late = session.execute(&Cell::new("1")).await;
//! assert!(matches!(late, Err(Error::Ended)));
//! # Ok(())
//! # }
//! ```
//!
//! # What ends a call
//! A guest that has to stop is asked first: Python sees a `KeyboardInterrupt` at its next safe point, in loops, nested
//! `try`s, regular expressions, `sleep` and `input`. The session keeps its variables. One that does not look (a long
//! operation in C) or that goes on past a limit is stopped for good after [`Limits::grace_ms`].
//!
//! A call that was stopped for good, or that trapped, is undone: its session goes on in a new instance, with the state that it
//! had before the call ([`Report::restored`]): variables, modules, generators, files of the memory filesystem. What happened
//! outside is not undone: output, input that was taken, what was written to mounted folders. Files there that the call opened are
//! closed, those that it closed stay closed, and the others are where it left them. Python's `random` is as it was, too; bytes of `os.urandom` never come twice. The state is
//! kept within [`Limits::checkpoint_bytes`]; [`Report::checkpoint_bytes`] says what it weighed. A session that has more ends.
//!
//! | limit | asked when | stopped for good | outcome |
//! | --- | --- | --- | --- |
//! | fuel | it is used up | after a fixed reserve of a thousand million units | [`Outcome::OutOfFuel`] |
//! | deadline | it is reached; waiting for input does not count | after the grace | [`Outcome::Deadline`] |
//! | idle input | one wait lasted that long | after the grace | [`Outcome::InputIdle`] |
//! | output | as much was dropped as is allowed in all | after the grace | [`Outcome::OutputLimit`] |
//! | memory of the host | one message or line of input is larger | after the grace | [`Outcome::HostMemory`] |
//! | open files | `OSError` (EMFILE) in the guest | never | [`Outcome::OpenFiles`] if nobody caught it |
//! | files | `OSError` (ENOSPC) in the guest | never | [`Outcome::Files`] if nobody caught it |
//! | memory | `MemoryError` in the guest | never | [`Outcome::OutOfMemory`] if nobody caught it |
//! | stack | `RecursionError` in the guest | past what Python can notice | [`Outcome::StackOverflow`] |
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
//! An observer sees what a program touches, as it happens:
//!
//! ```
//! # use croquant_sandbox::{Access, Cell, Engine, EngineConfig, Limits, Mount, Policy, Recorder, Session};
//! use std::sync::{Arc, Mutex};
//! use croquant_sandbox::{Event, HostCall, Observer};
//!
//! /// The paths that were opened.
//! #[derive(Clone, Default)]
//! struct Opened(Arc<Mutex<Vec<String>>>);
//!
//! impl Observer for Opened {
//!     fn saw(&mut self, event: &Event<'_>) {
//!         if let (HostCall::PathOpen, Some(path)) = (event.call, event.args.text("path")) {
//!             self.0.lock().unwrap().push(path.to_owned());
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let engine = Engine::new(croquant_guest::open()?, &EngineConfig::script())?;
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("in.txt"), "")?;
//! let policy = Policy {
//!     mounts: vec![Mount::new(folder.path(), "/data", Access::ReadOnly)],
//!     ..Policy::default()
//! };
//! let (limits, opened) = (Limits::tutorial(), Opened::default());
//! let (console, observer) = (Box::new(Recorder::new()), Box::new(opened.clone()));
//! let mut session =
//!     Session::start_watched(&engine, &policy, &limits, console, Some(observer)).await?;
//! session.execute(&Cell::new("open('/data/in.txt').close()")).await?;
//! assert!(opened.0.lock().unwrap().iter().any(|path| path.ends_with("in.txt")));
//! # Ok(())
//! # }
//! ```
//!
//! # What makes an image
//! [`compile`] is the build-time half: it shares one wasmtime configuration with [`Engine::new`], so that what it compiles
//! is what an engine loads.

mod call;
mod calls;
mod cell;
mod chance;
mod checkpoint;
mod clock;
pub mod compile;
mod config;
mod console;
mod cpu;
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
mod imports;
mod interrupt;
mod limits;
mod machine;
mod meter;
mod outcome;
mod output;
mod passed;
mod policy;
mod press;
mod recorder;
mod records;
mod session;
mod signals;
mod snapshot;
mod spare;
mod state;
mod stdin;
mod trace;
mod watchdog;

pub use calls::{Answer as CallAnswer, CallPolicy, CallPolicyError, PathAction, PathRule, Rule};
pub use cell::{Cell, Program};
pub use chance::Random;
pub use clock::Clock;
pub use console::{Answer, BoxFuture, Console, Exchanged, Message, MessageKind, Stream};
pub use engine::{Engine, EngineConfig, Slots};
pub use errno::Errno;
pub use error::Error;
pub use imports::Imports;
pub use interrupt::Interrupter;
pub use limits::Limits;
pub use machine::{WASMTIME, tells_written_pages};
pub use outcome::{Called, Outcome, Report};
pub use policy::{Access, Mode, Mount, MountRules, Policy, PolicyError, Quota, Terminal};
pub use recorder::{Recorder, Recording};
pub use session::Session;
pub use snapshot::{Chain, History, Snapshot, SnapshotError, SnapshotKey, Written};
pub use trace::{AnswerKind, Args, Denial, Event, HostCall, Observer, Reason, Value};
pub use watchdog::Overseer;
