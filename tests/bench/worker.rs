//! A session in a worker beside one in this process.

use crate::Promise;
use crate::stats::{Samples, ms};
use anyhow::Result;
use std::time::{Duration, Instant};

use croquant_sandbox::{
    Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session, SnapshotKey,
};
use croquant_tests::image;
use croquant_worker::{Pool, PoolConfig, Spawner};

/// Runs the same empty cell here and in a worker, in turns, and starts workers.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(compare(turns))
}

async fn compare(turns: u32) -> Result<Vec<Promise>> {
    let engine = Engine::new(image()?, &EngineConfig::server(4))?;
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let console = || Box::new(Recorder::new());
    let mut starts = Samples::default();
    for _ in 0..turns.div_ceil(20) {
        let pool = Pool::new(
            Spawner::start()?,
            PoolConfig::server(1, 4),
            SnapshotKey::random()?,
        );
        timed(&mut starts, pool.ready()).await?;
    }
    let pool = Pool::new(
        Spawner::start()?,
        PoolConfig::server(1, 4),
        SnapshotKey::random()?,
    );
    let mut there = pool.session(&policy, &limits, console()).await?;
    let mut here = Session::start(&engine, &policy, &limits, console()).await?;
    let (mut in_worker, mut in_process) = (Samples::default(), Samples::default());
    let cell = Cell::new("pass");
    for _ in 0..turns {
        timed(&mut in_process, here.execute(&cell)).await?;
        here.checkpoint().await;
        timed(&mut in_worker, there.execute(&cell)).await?;
        // What is kept of the session is written down after the answer.
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let (here, there) = (in_process.percentile(50), in_worker.percentile(50));
    println!(
        "\nworker ready                 {:>10.3} ms",
        ms(starts.percentile(50))
    );
    println!("execute `pass`, this process {:>10.3} ms", ms(here));
    println!("execute `pass`, a worker     {:>10.3} ms", ms(there));
    println!(
        "the wire                     {:>10.3} ms",
        ms(there.saturating_sub(here))
    );
    Ok(Vec::new())
}

async fn timed<T, E>(
    samples: &mut Samples,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let start = Instant::now();
    let result = work.await;
    samples.push(start.elapsed());
    result
}
