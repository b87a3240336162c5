//! Memory of live sessions, as a server has them: in workers.

use crate::Promise;
use crate::rate::first_output;
use crate::stats::anonymous_bytes;
use crate::worker::key;
use anyhow::Result;
use croquant_worker::{Pool, PoolConfig, Spawner};
use std::thread;

/// The promise on one session is looked at with as many as this.
const FEW: u32 = 1_000;
const MANY: u32 = 5_000;

/// Keeps sessions alive after `print(1)`, and prints what each added to the workers and to this process, and what they come to.
pub(crate) fn measure(is_quick: bool) -> Result<Vec<Promise>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(grow(if is_quick { FEW } else { MANY }))
}

async fn grow(most: u32) -> Result<Vec<Promise>> {
    let workers = thread::available_parallelism()?.get();
    let config = PoolConfig::server(workers, most);
    let pool = Pool::new(Spawner::start()?, config, key()?);
    pool.ready().await?;
    // With one session alive in each, so that what a worker itself takes on first use is not spread over the others.
    let mut sessions = Vec::new();
    while sessions.len() < workers {
        sessions.push(first_output(&pool).await?);
    }
    let (before, first) = (memory_bytes(&pool)?, workers_bytes(&pool)?);
    println!(
        "\n{:<44}{:>14}{:>12}",
        format!("live sessions in {workers} workers"),
        "KiB a session",
        "MB in all"
    );
    let mut promises = Vec::new();
    for count in [FEW, MANY].into_iter().filter(|count| *count <= most) {
        while sessions.len() < count as usize {
            sessions.push(first_output(&pool).await?);
        }
        let grown = memory_bytes(&pool)?.saturating_sub(before);
        let each = grown as f64 / f64::from(count - workers as u32) / 1024.0;
        let total = (first + grown) as f64 / 1e6;
        println!("{count:<44}{each:>14.0}{total:>12.0}");
        if count == FEW {
            promises.push(Promise {
                what: "memory per live session",
                measured: each,
                at_most: 450.0,
                unit: "KiB",
            });
            promises.push(Promise {
                what: "1,000 live sessions, with their workers",
                measured: total,
                at_most: 550.0,
                unit: "MB",
            });
        }
    }
    Ok(promises)
}

/// What the workers and this process have of their own.
pub(crate) fn memory_bytes(pool: &Pool) -> Result<u64> {
    Ok(workers_bytes(pool)? + anonymous_bytes(std::process::id())?)
}

fn workers_bytes(pool: &Pool) -> Result<u64> {
    let workers = pool.workers();
    let each = workers.iter().map(|worker| anonymous_bytes(worker.process));
    each.sum()
}
