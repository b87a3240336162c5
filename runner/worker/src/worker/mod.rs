//! The worker's side: an engine, and the sessions that its supervisor asks for.

mod console;
mod desk;
mod line;
mod lookout;
mod output;
mod reader;
mod session;
mod turns;

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use croquant_confine::{Confinement, Walls};
use croquant_sandbox::{
    Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session, SnapshotKey,
};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::error::Error;
use crate::wire::{Hello, Ready, VERSION, frame};
use line::Line;
use lookout::Lookout;
use session::{Order, Service};
use turns::Turns;

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
    let line = Line::over(socket)?;
    let runtime = runtime(line.before_sleep())?;
    // Everything is open, and there is no other thread yet. Nothing of the guest has run.
    let walls = Confinement::worker().apply().map_err(Error::start)?;
    let key = SnapshotKey::new(hello.key);
    let end = || std::process::exit(0);
    serve(line, &runtime, engine, key, walls, end)
}

/// A worker in a thread of the supervisor's own process, with an engine that it shares, and without any wall.
pub(crate) fn run_here(mut socket: UnixStream, engine: Engine) -> Result<(), Error> {
    let key = SnapshotKey::new(greet(&mut socket)?.key);
    let line = Line::over(socket)?;
    let runtime = runtime(line.before_sleep())?;
    serve(line, &runtime, engine, key, Walls::default(), || ())
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

/// The sessions' own thread, made before the walls are up: it has descriptors of its own.
fn runtime(before_sleep: impl Fn() + Send + Sync + 'static) -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // After each turn of a guest, what has come from elsewhere is looked at: a turn takes a thousand times as long as looking does.
        .event_interval(1)
        .global_queue_interval(1)
        .on_thread_park(before_sleep)
        .build()
}

/// Serves the supervisor until it is gone; where only a second thread notices, it calls `end`, as this one may be inside a guest.
fn serve(
    line: Line,
    runtime: &Runtime,
    engine: Engine,
    key: SnapshotKey,
    walls: Walls,
    end: impl FnOnce() + Send + 'static,
) -> Result<(), Error> {
    runtime.block_on(warm_up(&engine))?;
    let ready = Ready {
        version: VERSION,
        image: croquant_guest::HASH.to_owned(),
        landlock: walls.landlock,
        seccomp: walls.seccomp,
        least_memory_bytes: engine.least_memory_bytes() as u64,
    };
    let Line {
        output,
        reader,
        ordered,
    } = line;
    output.send_frame(&frame::encode(&ready).map_err(Error::start)?)?;
    let turns = Arc::new(Turns::default());
    let _lookout = Lookout::start(Arc::clone(&turns), Arc::clone(&reader), end)?;
    let service = Service {
        engine,
        key,
        output,
        turns,
    };
    runtime.block_on(async {
        tokio::select! {
            over = reader.read_on() => Ok(over?),
            ended = run_sessions(service, ordered) => ended,
        }
    })
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
    service: Service,
    mut ordered: mpsc::UnboundedReceiver<Order>,
) -> Result<(), Error> {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            order = ordered.recv() => match order {
                Some(order) => drop(sessions.spawn(order.carry_out(service.clone()))),
                None => return Ok(()),
            },
            Some(ended) = sessions.join_next() => {
                // A panic: what else is broken, nobody knows.
                ended.map_err(Error::start)?;
            }
        }
    }
}
