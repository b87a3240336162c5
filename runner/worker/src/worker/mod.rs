//! The worker's side: an engine, and the sessions that its supervisor asks for.

mod console;
mod desk;
mod reader;
mod session;

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use croquant_confine::{Confinement, Walls};
use croquant_sandbox::{
    Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session, SnapshotKey,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::error::Error;
use crate::wire::{FromWorker, Hello, Ready, VERSION, frame};
use session::Order;

/// Where messages to the supervisor go. A supervisor that is behind makes the whole worker wait: it always reads, whatever its clients do.
#[derive(Debug, Clone)]
pub(crate) struct Output(Arc<Mutex<UnixStream>>);

impl Output {
    fn send(&self, message: &FromWorker) {
        match frame::encode(message) {
            Ok(frame) => {
                let mut socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                // The supervisor is gone: the reader sees that, too, and ends this process.
                let _ = socket.write_all(&frame);
            }
            Err(error) => tracing::error!(%error, "a message cannot be sent"),
        }
    }
}

/// A worker's own process.
pub(crate) fn run() -> Result<(), Error> {
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let image = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let hello = greet(&mut socket)?;
    first_to_go();
    let config = EngineConfig {
        max_memory_bytes: usize::try_from(hello.max_memory_bytes).unwrap_or(usize::MAX),
        ..EngineConfig::server(hello.max_sessions)
    };
    let engine = Engine::new(image, &config).map_err(Error::start)?;
    // Where the system's random numbers come from a device, it is opened now.
    getrandom::fill(&mut [0]).map_err(Error::start)?;
    // Everything is open, and there is no other thread yet. Nothing of the guest has run.
    let walls = Confinement::worker().apply().map_err(Error::start)?;
    let key = SnapshotKey::new(hello.key);
    serve(socket, engine, key, walls, || std::process::exit(0))
}

/// A worker in a thread of the supervisor's own process, with an engine that it shares, and without any wall.
pub(crate) fn run_here(mut socket: UnixStream, engine: Engine) -> Result<(), Error> {
    let key = SnapshotKey::new(greet(&mut socket)?.key);
    serve(socket, engine, key, Walls::default(), || ())
}

/// Reads the supervisor's first message.
fn greet(socket: &mut UnixStream) -> Result<Hello, Error> {
    let hello: Hello = frame::read(socket).map_err(Error::start)?;
    if hello.version != VERSION || hello.image != croquant_guest::HASH {
        return Err(Error::start("the supervisor is of another version"));
    }
    Ok(hello)
}

/// Where memory runs out, the kernel ends a worker before the server: its sessions can be had again.
fn first_to_go() {
    // Not where `/proc` is read-only; then the kernel chooses by itself.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

/// Serves the supervisor until it is gone; then `end` is called, on another thread, as this one may be inside a guest.
fn serve(
    socket: UnixStream,
    engine: Engine,
    key: SnapshotKey,
    walls: Walls,
    end: impl FnOnce() + Send + 'static,
) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(warm_up(&engine))?;
    let ready = Ready {
        version: VERSION,
        image: croquant_guest::HASH.to_owned(),
        landlock: walls.landlock,
        seccomp: walls.seccomp,
    };
    (&socket).write_all(&frame::encode(&ready).map_err(Error::start)?)?;
    let output = Output(Arc::new(Mutex::new(socket.try_clone()?)));
    let (orders, ordered) = mpsc::unbounded_channel();
    let answers = output.clone();
    std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || {
            reader::read(socket, &answers, &orders);
            end();
        })?;
    runtime.block_on(run_sessions(engine, key, output, ordered))
}

/// One session to its first output, so that none that counts is the first.
async fn warm_up(engine: &Engine) -> Result<(), Error> {
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let console = Box::new(Recorder::new());
    let mut session = Session::start(engine, &policy, &limits, console).await?;
    session.execute(&Cell::new("print(1)")).await?;
    Ok(())
}

async fn run_sessions(
    engine: Engine,
    key: SnapshotKey,
    output: Output,
    mut ordered: mpsc::UnboundedReceiver<Order>,
) -> Result<(), Error> {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            order = ordered.recv() => match order {
                Some(order) => drop(sessions.spawn(order.carry_out(
                    engine.clone(),
                    key.clone(),
                    output.clone(),
                ))),
                None => return Ok(()),
            },
            Some(ended) = sessions.join_next() => {
                // A panic: what else is broken, nobody knows.
                ended.map_err(Error::start)?;
            }
        }
    }
}
