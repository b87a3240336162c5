//! `croquant serve`: pages with a live Python, until Ctrl-C or SIGTERM.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::net::SocketAddr;

use croquant_web::{AppState, Config, ConfigError, Pages};
use croquant_worker::{Pool, PoolConfig, Spawner};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use crate::exit::{Exit, Failure, say};
use crate::plan::ServePlan;
use crate::sessions::Sessions;
use crate::{confinement, image, script};

/// Serves until it is asked to stop.
///
/// # Errors
/// An address that cannot be had, pages that cannot be read, a listener that fails, or the end of the process that starts workers.
pub(crate) fn serve(plan: &ServePlan) -> Result<Exit, Failure> {
    log_to_stderr();
    let listener = listen(plan.address)?;
    let address = listener.local_addr().map_err(Failure::host)?;
    // Asked now: the answer is in files that a confined process does not see.
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    // Unpacked now, if it has to be, so that no worker waits for it.
    image::open()?;
    let workers = plan.workers.map_or(processors, usize::from);
    let sessions = Sessions::open(&plan.store, plan.path.as_deref())?;
    let folder = sessions.folder.clone();
    let (state, pool) = state(plan, address, workers, sessions)?;
    // Everything is open, and there is no other thread yet.
    confinement::server(plan.path.as_deref(), folder.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors)
        .enable_all()
        .build()
        .map_err(Failure::host)?;
    runtime.block_on(run(listener, state, pool))
}

async fn run(
    listener: std::net::TcpListener,
    state: AppState,
    pool: Pool,
) -> Result<Exit, Failure> {
    // Heard before anybody knows that the server is there, so that no stop is lost.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::host)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::host)?;
    let address = listener.local_addr().map_err(Failure::host)?;
    let listener = TcpListener::from_std(listener).map_err(Failure::host)?;
    pool.ready().await.map_err(Failure::host)?;
    let spawner_ended = pool.spawner_ended();
    drop(pool);
    announce(address);
    let (fail, mut failed) = oneshot::channel();
    let stopped = async move {
        tokio::select! {
            // Who is asked to stop may lose any process meanwhile.
            biased;
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = spawner_ended => drop(fail.send(no_spawner())),
        }
    };
    croquant_web::serve(listener, state, stopped)
        .await
        .map_err(Failure::host)?;
    failed.try_recv().map_or(Ok(Exit::Program(0)), Err)
}

/// A server that cannot replace its workers ends, in all order, so that whoever looks after it starts it anew. It cannot do so itself: it is
/// confined.
fn no_spawner() -> Failure {
    Failure::new(
        Exit::Failed,
        "the process `croquant-spawner` has ended, so that no worker could be replaced",
        "start the server again; the system's log may say what has ended it",
    )
}

/// A socket that listens, for the runtime that comes later.
fn listen(address: SocketAddr) -> Result<std::net::TcpListener, Failure> {
    let listener =
        std::net::TcpListener::bind(address).map_err(|error| cannot_listen(address, &error))?;
    listener.set_nonblocking(true).map_err(Failure::host)?;
    Ok(listener)
}

/// Starts the process that starts workers: this one will be confined.
fn state(
    plan: &ServePlan,
    address: SocketAddr,
    workers: usize,
    sessions: Sessions,
) -> Result<(AppState, Pool), Failure> {
    let pages = match &plan.path {
        Some(path) => Pages::Folder(path.clone()),
        None => Pages::Example,
    };
    let mut config = Config::tutorial(pages, address);
    config.hosts.clone_from(&plan.allow_hosts);
    let kernels = u32::try_from(config.kernels).unwrap_or(u32::MAX);
    let spawner = Spawner::start().map_err(Failure::host)?;
    let pool = PoolConfig::server(workers, kernels);
    let pool = Pool::new(spawner, pool, sessions.key);
    let state = AppState::new(&config, pool.clone(), sessions.store);
    let state = state.map_err(|error| cannot_serve(&error))?;
    Ok((state, pool))
}

/// The one line on stdout. Whoever started the server reads the address from it.
fn announce(address: SocketAddr) {
    // Without a reader of this line the server is still of use.
    let _ = writeln!(io::stdout(), "serving at http://{address}/ (Ctrl-C stops)");
    if !address.ip().is_loopback() {
        say(
            "note",
            "the server can be reached from other machines; allow its name there with `--allow-host`",
        );
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => Failure::new(
            Exit::Failed,
            format!("port `{port}` is in use"),
            "choose another with `--port`; `--port 0` takes a free one",
        ),
        ErrorKind::PermissionDenied => Failure::new(
            Exit::Failed,
            format!("port `{port}` is not yours to use"),
            "choose one above 1023 with `--port`",
        ),
        ErrorKind::AddrNotAvailable => Failure::new(
            Exit::Failed,
            format!("`{}` is not an address of this machine", address.ip()),
            "choose one with `--bind`; `127.0.0.1` is for this machine alone",
        ),
        _ => Failure::new(
            Exit::Failed,
            format!("cannot listen at `{address}`: {}", script::reason(error)),
            "choose another address with `--bind` and `--port`",
        ),
    }
}

fn cannot_serve(error: &ConfigError) -> Failure {
    let exit = match error {
        ConfigError::Missing { .. } => Exit::NotFound,
        ConfigError::NotAFolder { .. } | ConfigError::Unreadable { .. } => Exit::Unreadable,
        _ => Exit::Failed,
    };
    Failure {
        exit,
        ..Failure::host(error)
    }
}

/// What the server has to say goes to stderr; `RUST_LOG` chooses how much.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}
