//! A session in a worker beside one in this process.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use croquant_sandbox::{
    Cell, Chain, Engine, EngineConfig, Limits, Policy, Recorder, Session, SnapshotKey,
};
use croquant_tests::image;
use croquant_worker::{Pool, PoolConfig, RemoteSession, Spawner};

use crate::Promise;
use crate::stats::{Samples, us};

/// What goes there and back over the bare socket.
const BARE_BYTES: usize = 64;

/// How long the other side of the bare socket works, about as long as a small cell.
const WORK_US: u8 = 100;

/// How the sessions are called: how often before it is the next one's turn, how many of these turns are one of the bench's, and after how long a
/// rest. A processor that has rested takes half as long again for the first hundred cells: who is called one after the other is called until its
/// processor is at work.
const RHYTHMS: &[(&str, u32, u32, Duration)] = &[
    ("one after the other", 200, 10, Duration::ZERO),
    ("after 3 ms of rest", 1, 1, Duration::from_millis(3)),
];

/// The percentile at which what a worker costs more is promised: what else the machine does is in all that come after.
const QUIET: usize = 10;

/// Runs the same cells here and in a worker, in turns.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(compare(turns))
}

/// The other side of the bare socket: works as long as it is told, and sends everything back, until there is no more.
pub(crate) fn echo() -> Result<()> {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let mut bytes = [0; BARE_BYTES];
    while socket.read_exact(&mut bytes).is_ok() {
        let (start, work) = (Instant::now(), Duration::from_micros(bytes[0].into()));
        while start.elapsed() < work {
            std::hint::spin_loop();
        }
        socket.write_all(&bytes)?;
    }
    Ok(())
}

/// The contestants.
struct Field {
    /// In this process.
    here: Session,
    /// In this process, with its state written down after each call.
    kept: Session,
    there: RemoteSession,
    bare: UnixStream,
    chain: Chain,
    engine: Engine,
    key: SnapshotKey,
}

#[derive(Default)]
struct Times {
    here: Samples,
    kept: Samples,
    there: Samples,
    bare: Samples,
    /// To a process that works meanwhile, without the time of its work: who waits so long sleeps deeper.
    working: Samples,
}

async fn compare(turns: u32) -> Result<Vec<Promise>> {
    let mut starts = Samples::default();
    for _ in 0..turns.div_ceil(50) {
        let pool = Pool::new(Spawner::start()?, PoolConfig::server(1, 4), key()?);
        timed(&mut starts, pool.ready()).await?;
    }
    println!("\nworker ready {:>10.0} µs", us(starts.percentile(50)));
    println!(
        "\n{:<32}{:>12}{:>12}{:>12}{:>12}{:>12}{:>20}",
        "execute, µs (p10, p50)",
        "here",
        "state kept",
        "a worker",
        "more",
        "bare socket",
        "it, 100 µs of work"
    );
    let mut field = Field::new().await?;
    let mut promises = Vec::new();
    for (source, what) in [
        (
            "pass",
            "execute of `pass` in a worker, more than in process",
        ),
        (
            "print(1)",
            "execute of `print(1)` in a worker, more than in process",
        ),
    ] {
        for (rhythm, block, share, pause) in RHYTHMS {
            let mut times = Times::default();
            field
                .run(source, *pause, *block, turns.div_ceil(*share), &mut times)
                .await?;
            for percent in [QUIET, 50] {
                let at = |samples: &Samples| us(samples.percentile(percent));
                let more = at(&times.there) - at(&times.here);
                if pause.is_zero() && percent == QUIET {
                    promises.push(Promise {
                        what,
                        measured: more,
                        at_most: 30.0,
                        unit: "us",
                    });
                }
                println!(
                    "{:<32}{:>12.0}{:>12.0}{:>12.0}{:>12.0}{:>12.0}{:>20.0}",
                    format!("{source}, {rhythm}"),
                    at(&times.here),
                    at(&times.kept),
                    at(&times.there),
                    more,
                    at(&times.bare),
                    at(&times.working) - WORK_US as f64,
                );
            }
        }
    }
    Ok(promises)
}

impl Field {
    async fn new() -> Result<Self> {
        let engine = Engine::new(image()?, &EngineConfig::server(4))?;
        let (policy, limits) = (Policy::default(), Limits::tutorial());
        let console = || Box::new(Recorder::new());
        let pool = Pool::new(Spawner::start()?, PoolConfig::server(1, 4), key()?);
        let (bare, other) = UnixStream::pair()?;
        Command::new(std::env::current_exe()?)
            .arg("--echo")
            .stdin(OwnedFd::from(other))
            .spawn()?;
        Ok(Self {
            here: Session::start(&engine, &policy, &limits, console()).await?,
            kept: Session::start(&engine, &policy, &limits, console()).await?,
            there: pool.session(&policy, &limits, console()).await?,
            bare,
            chain: Chain::default(),
            engine,
            key: key()?,
        })
    }

    async fn run(
        &mut self,
        source: &str,
        pause: Duration,
        block: u32,
        blocks: u32,
        times: &mut Times,
    ) -> Result<()> {
        let cell = Cell::new(source);
        let rest = async || {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        };
        for _ in 0..blocks {
            for _ in 0..block {
                rest().await;
                timed(&mut times.here, self.here.execute(&cell)).await?;
            }
            for _ in 0..block {
                rest().await;
                timed(&mut times.kept, async {
                    self.kept.execute(&cell).await?;
                    let state = self.kept.snapshot().await?;
                    self.chain.write(state, &self.engine, &self.key)
                })
                .await?;
            }
            for _ in 0..block {
                rest().await;
                timed(&mut times.there, self.there.execute(&cell)).await?;
            }
            for (samples, work_us) in [(&mut times.bare, 0), (&mut times.working, WORK_US)] {
                for _ in 0..block {
                    rest().await;
                    samples.time(|| {
                        let mut bytes = [work_us; BARE_BYTES];
                        self.bare.write_all(&bytes)?;
                        self.bare.read_exact(&mut bytes)
                    })?;
                }
            }
        }
        Ok(())
    }
}

pub(crate) fn key() -> Result<SnapshotKey> {
    SnapshotKey::random().map_err(|error| anyhow::anyhow!("{error}"))
}

pub(crate) async fn timed<T, E>(
    samples: &mut Samples,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let start = Instant::now();
    let result = work.await;
    samples.push(start.elapsed());
    result
}
