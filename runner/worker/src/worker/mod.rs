//! The worker's side: an engine, and the sessions that its supervisor asks for.

mod console;
mod desk;
mod heap;
mod line;
mod lookout;
mod output;
mod reader;
mod session;
mod turns;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use croquant_confine::{Confinement, Reach, Walls};
use croquant_sandbox::{
    Access, Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session, SnapshotKey,
};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::error::Error;
use crate::wire::{Hello, Ready, VERSION, frame, passing};
use line::Line;
use lookout::Lookout;
use session::{Order, Service};
use turns::Turns;

/// How many files of its folders a session may have open, on average: as many as a tutorial's session may.
const OPEN_FILES: u32 = 64;

/// A worker's own process.
pub(crate) fn run() -> Result<(), Error> {
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let image = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let (hello, folders) = greet(&mut socket)?;
    first_to_go();
    heap::keep();
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
    let walls = confinement(&hello, &folders)
        .apply()
        .map_err(Error::start)?;
    let end = || std::process::exit(0);
    let told = Told::new(&hello, folders);
    serve(line, &runtime, engine, told, walls, end)
}

/// A worker in a thread of the supervisor's own process, with an engine that it shares, and without any wall.
pub(crate) fn run_here(mut socket: UnixStream, engine: Engine) -> Result<(), Error> {
    let (hello, folders) = greet(&mut socket)?;
    let told = Told::new(&hello, folders);
    let line = Line::over(socket)?;
    let runtime = runtime(line.before_sleep())?;
    serve(line, &runtime, engine, told, Walls::default(), || ())
}

/// What sessions are made with, as the supervisor says.
struct Told {
    key: SnapshotKey,
    folders: Vec<OwnedFd>,
}

impl Told {
    fn new(hello: &Hello, folders: Vec<OwnedFd>) -> Self {
        Self {
            key: SnapshotKey::new(hello.key),
            folders,
        }
    }
}

/// What the process keeps: what is open, and what lies beneath the folders that it was given.
fn confinement(hello: &Hello, folders: &[OwnedFd]) -> Confinement {
    let reach = |(folder, access): (&OwnedFd, &Access)| Reach {
        // The folder itself, whatever has become of its name.
        path: format!("/proc/self/fd/{}", folder.as_raw_fd()).into(),
        access: match access {
            Access::ReadOnly => croquant_confine::Access::Read,
            Access::ReadWrite => croquant_confine::Access::Write,
        },
    };
    if folders.is_empty() {
        return Confinement::worker();
    }
    let reach: Vec<Reach> = folders.iter().zip(&hello.folders).map(reach).collect();
    // The folders are open as they came, and once more for each session.
    let count = u32::try_from(folders.len()).unwrap_or(u32::MAX);
    let of_sessions = hello
        .max_sessions
        .saturating_mul(OPEN_FILES.saturating_add(count));
    Confinement::granted(reach, of_sessions.saturating_add(count))
}

/// Reads the supervisor's first message, and takes the folders that come with it.
fn greet(socket: &mut UnixStream) -> Result<(Hello, Vec<OwnedFd>), Error> {
    let hello: Hello = frame::read(socket).map_err(Error::start)?;
    if hello.version != VERSION || hello.image != croquant_guest::HASH {
        return Err(Error::start("the supervisor is of another version"));
    }
    let folders = passing::take(socket, hello.folders.len()).map_err(Error::start)?;
    Ok((hello, folders))
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
    told: Told,
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
        key: told.key,
        folders: told.folders.into(),
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
