//! Workers that say nothing: because they are stopped, or because a guest keeps them.

use std::time::Duration;

use croquant_sandbox::{Cell, Limits, Outcome};
use croquant_worker::{Error, Pool, PoolConfig};
use libtest_mimic::{Failed, Trial};
use rustix::process::Signal;

use crate::stage::{only_process, run, session, signal, trial_with, until};

const SILENCE: Duration = Duration::from_millis(500);

pub(crate) fn trials() -> Vec<Trial> {
    let config = PoolConfig {
        silence: SILENCE,
        ..PoolConfig::server(1, 8)
    };
    vec![
        trial_with("a worker that is stopped is ended", config, stopped),
        trial_with("one that goes on in time is not", config, paused),
        trial_with("one whose guest keeps it is not", config, kept),
    ]
}

async fn stopped(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    run(&mut session, "x = 1", Outcome::Completed).await?;
    let process = only_process(&pool)?;
    signal(process, Signal::STOP)?;
    let lost = session.execute(&Cell::new("x = 2")).await;
    assert!(matches!(lost, Err(Error::Lost { recovers: true })));
    until(|| !std::path::Path::new(&format!("/proc/{process}")).exists()).await?;
    run(&mut session, "assert x == 1", Outcome::Completed).await?;
    assert_ne!(only_process(&pool)?, process);
    Ok(())
}

async fn paused(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let process = only_process(&pool)?;
    for _ in 0..5 {
        signal(process, Signal::STOP)?;
        tokio::time::sleep(SILENCE / 4).await;
        signal(process, Signal::CONT)?;
        run(&mut session, "print(1)", Outcome::Completed).await?;
    }
    assert_eq!(only_process(&pool)?, process);
    Ok(())
}

/// One call in C that never looks whether others wait. It would take all of its fuel; it is stopped long before, and the others go on.
async fn kept(pool: Pool) -> Result<(), Failed> {
    let (mut session, _recorder) = session(&pool).await?;
    let (mut other, _recorder) = crate::stage::session(&pool).await?;
    run(&mut session, "import sqlite3\nx = 1", Outcome::Completed).await?;
    let process = only_process(&pool)?;
    let search = "instr(zeroblob(30000000), cast(zeroblob(3000000) || x'01' as blob))";
    let source = format!("sqlite3.connect(':memory:').execute(\"select {search}\")");
    let searched = run(&mut session, &source, Outcome::Deadline);
    let waited = async {
        tokio::time::sleep(SILENCE).await;
        run(&mut other, "print(1)", Outcome::Completed).await
    };
    let (report, waited) = tokio::join!(searched, waited);
    waited?;
    let wall_ms = report?.wall_us / 1_000;
    let deadline_ms = Limits::tutorial().deadline_ms;
    assert!(wall_ms < deadline_ms, "{wall_ms} ms");
    assert_eq!(only_process(&pool)?, process);
    run(&mut session, "assert x == 1", Outcome::Completed).await?;
    Ok(())
}
