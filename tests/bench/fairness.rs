//! How long one reader waits for `print(1)` in a worker that many others use.

use std::time::Duration;

use anyhow::Result;
use croquant_sandbox::{Cell, Limits, Policy, Recorder};
use croquant_worker::{Pool, PoolConfig, RemoteSession, Spawner};
use tokio::task::JoinSet;

use crate::Promise;
use crate::stats::{Samples, ms};
use crate::worker::{key, timed};

/// How many others there are.
const CROWDS: &[u32] = &[0, 100, 1_000];

/// What the others do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crowd {
    /// A loop that does not end by itself.
    Busy,
    /// A short cell, every second.
    Short,
}

/// Calls of the one reader are so far apart.
const PAUSE: Duration = Duration::from_millis(20);

/// Measures `turns` calls beside each crowd.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!(
        "\n{:<40}{:>12}{:>12}",
        "print(1) beside others, ms", "p50", "p99"
    );
    let mut promises = Vec::new();
    for crowd in [Crowd::Busy, Crowd::Short] {
        for others in CROWDS {
            let samples = runtime.block_on(beside(*others, crowd, turns))?;
            let what = match crowd {
                Crowd::Busy => "busy loops",
                Crowd::Short => "with a short cell a second",
            };
            let (p50, p99) = (ms(samples.percentile(50)), ms(samples.percentile(99)));
            println!("{:<40}{p50:>12.2}{p99:>12.2}", format!("{others} {what}"));
            if (crowd, *others) == (Crowd::Busy, 100) {
                promises.push(Promise {
                    what: "print(1) beside a hundred loops (p99)",
                    measured: p99,
                    at_most: 50.0,
                    unit: "ms",
                });
            }
        }
    }
    Ok(promises)
}

async fn beside(others: u32, crowd: Crowd, turns: u32) -> Result<Samples> {
    let pool = Pool::new(Spawner::start()?, PoolConfig::server(1, others + 1), key()?);
    let mut one = session(&pool).await?;
    one.execute(&Cell::new("print(1)")).await?;
    // Aborted when this is over.
    let mut crowd_tasks = JoinSet::new();
    for number in 0..others {
        let other = session(&pool).await?;
        crowd_tasks.spawn(live(other, crowd, number));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut samples = Samples::default();
    for _ in 0..turns {
        tokio::time::sleep(PAUSE).await;
        timed(&mut samples, one.execute(&Cell::new("print(1)"))).await?;
    }
    Ok(samples)
}

async fn session(pool: &Pool) -> Result<RemoteSession> {
    let limits = Limits {
        fuel: 1 << 60,
        deadline_ms: 3_600_000,
        ..Limits::tutorial()
    };
    let console = Box::new(Recorder::new());
    Ok(pool.session(&Policy::default(), &limits, console).await?)
}

async fn live(mut session: RemoteSession, crowd: Crowd, number: u32) {
    // Not all in the same moment.
    tokio::time::sleep(Duration::from_millis(u64::from(number) * 7 % 1_000)).await;
    let cell = match crowd {
        Crowd::Busy => Cell::new("while True: pass"),
        Crowd::Short => Cell::new("x = sum(range(100))"),
    };
    while session.execute(&cell).await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
