//! Pools of this program's own processes.

use std::time::{Duration, Instant};

use croquant_sandbox::{Cell, Console, Limits, Outcome, Policy, Recorder, Report, SnapshotKey};
use croquant_worker::{Error, Pool, PoolConfig, RemoteSession, Spawner};
use libtest_mimic::{Failed, Trial};
use rustix::process::{Pid, Signal};

/// A test that runs with a pool of its own.
pub(crate) fn trial<F>(name: &str, workers: usize, test: fn(Pool) -> F) -> Trial
where
    F: Future<Output = Result<(), Failed>> + 'static,
{
    trial_with(name, PoolConfig::server(workers, 8), test)
}

/// A test that runs with a pool of its own, which is as it says.
pub(crate) fn trial_with<F>(name: &str, config: PoolConfig, test: fn(Pool) -> F) -> Trial
where
    F: Future<Output = Result<(), Failed>> + 'static,
{
    Trial::test(name.to_owned(), move || {
        let pool = Pool::new(Spawner::start()?, config, SnapshotKey::new([7; 32]));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(test(pool))
    })
}

pub(crate) fn pool(workers: usize, key: [u8; 32]) -> Result<Pool, Error> {
    let config = PoolConfig::server(workers, 8);
    Ok(Pool::new(Spawner::start()?, config, SnapshotKey::new(key)))
}

/// A session with a recorder as its console.
pub(crate) async fn session(pool: &Pool) -> Result<(RemoteSession, Recorder), Error> {
    let recorder = Recorder::new();
    let session = session_at(pool, recorder.clone()).await?;
    Ok((session, recorder))
}

pub(crate) async fn session_at(pool: &Pool, console: impl Console) -> Result<RemoteSession, Error> {
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    pool.session(&policy, &limits, Box::new(console)).await
}

/// Runs a cell that has to end so.
pub(crate) async fn run(
    session: &mut RemoteSession,
    source: &str,
    expected: Outcome,
) -> Result<Report, Failed> {
    let report = session.execute(&Cell::new(source)).await?;
    if report.outcome != expected {
        return Err(format!("{:?} instead of {expected:?}", report.outcome).into());
    }
    Ok(report)
}

/// The process in which the sessions of a pool with one worker are.
pub(crate) fn only_process(pool: &Pool) -> Result<u32, Failed> {
    match pool.workers().as_slice() {
        [worker] => Ok(worker.process),
        others => Err(format!("{} workers", others.len()).into()),
    }
}

/// Kills a process, as an attack or the kernel would.
pub(crate) fn kill(process: u32) -> Result<(), Failed> {
    signal(process, Signal::KILL)
}

pub(crate) fn signal(process: u32, signal: Signal) -> Result<(), Failed> {
    let process = Pid::from_raw(process.cast_signed()).ok_or("no process")?;
    rustix::process::kill_process(process, signal)?;
    Ok(())
}

/// Waits until something is so.
pub(crate) async fn until(what: impl Fn() -> bool) -> Result<(), Failed> {
    let begin = Instant::now();
    while !what() {
        if begin.elapsed() > Duration::from_secs(60) {
            return Err("it never came".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// A figure of `/proc/PROCESS/status`.
pub(crate) fn status(process: u32, name: &str) -> Result<u64, Failed> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .ok_or_else(|| format!("no {name}"))?;
    let figure = line.split_whitespace().next().ok_or("no figure")?;
    Ok(figure.parse()?)
}
