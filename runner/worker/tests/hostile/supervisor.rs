//! The supervisor of one worker with a hostile guest: a process of its own, so that all that it and its processes say can be read.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitCode, Stdio};

use croquant_sandbox::{Limits, Policy, Recorder, SnapshotKey};
use libtest_mimic::Failed;

use crate::attempt::{Attempt, raw};
use crate::error::Error;
use crate::expected::Ending;
use crate::pool::{Pool, PoolConfig};
use crate::scene::Scene;
use crate::spawner::Spawner;

/// Tells a supervisor what to ask its worker for.
const REQUEST: &str = "CROQUANT_HOSTILE_REQUEST";
/// How it ends if the worker does.
const LOST: u8 = 2;

/// What this process is to ask for; none if it is no supervisor.
pub(crate) fn request_of_this_process() -> Option<String> {
    std::env::var(REQUEST).ok()
}

/// Asks a worker, started as a server starts it.
pub(crate) fn ask(request: &str) -> Result<ExitCode, Failed> {
    let spawner = Spawner::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let pool = Pool::new(spawner, PoolConfig::server(1, 1), SnapshotKey::random()?);
        let (policy, limits) = (Policy::default(), Limits::tutorial());
        let console = Box::new(Recorder::new());
        let mut session = pool.session(&policy, &limits, console).await?;
        match session.call(request).await {
            Ok(called) => match called.reply.as_deref() {
                Some("") => Ok(0.into()),
                Some(why) => {
                    eprintln!("refused: {why}");
                    Ok(1.into())
                }
                None => Err("no reply".into()),
            },
            Err(Error::Lost { .. }) => Ok(LOST.into()),
            Err(error) => Err(error.into()),
        }
    })
}

/// Makes `attempt` in a worker. Standard error, which the worker has from its server, is a terminal.
pub(crate) fn check(attempt: Attempt, expected: Ending) -> Result<(), Failed> {
    let scene = Scene::new()?;
    let (screen, terminal) = raw::new_terminal()?;
    let mut supervisor = Command::new(std::env::current_exe()?)
        .env(REQUEST, format!("{attempt:?} {}", scene.words()?))
        .stdin(Stdio::null())
        .stderr(terminal)
        .spawn()?;
    let said = read_to_end(screen);
    let status = supervisor.wait()?;
    let ending = match status.code() {
        Some(0) => Ending::Success,
        Some(1) if said.contains("refused: ") => Ending::Refused,
        // The spawner says how the worker ended.
        Some(2) if said.contains(&format!("signal: {}", libc::SIGSYS)) => Ending::Killed,
        _ => Ending::Other,
    };
    scene.check_unharmed()?;
    if ending != expected {
        return Err(format!("{ending:?} ({status}) instead of {expected:?}: {said}").into());
    }
    Ok(())
}

/// All that is said on a terminal, until nobody has it any more: then reading is an error.
fn read_to_end(screen: OwnedFd) -> String {
    let mut said = Vec::new();
    let _ = File::from(screen).read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}
