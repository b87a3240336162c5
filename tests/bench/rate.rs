//! New sessions a second: each prints once and ends.

use crate::Promise;
use crate::stats::{cpu_of, process_cpu};
use crate::worker::key;
use anyhow::{Context, Result, ensure};
use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session};
use croquant_tests::{block_on, image};
use croquant_worker::{Pool, PoolConfig, RemoteSession, Spawner};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Sessions that are made before it counts: slots and caches are warm then.
const WARM_UP: u32 = 50;

/// Clients of each worker, so that it never waits for one.
const CLIENTS: usize = 4;

/// Prints the rates of one thread, of a thread for each processor, of a process for each, and of one and more workers of a pool.
pub(crate) fn measure(period: Duration) -> Result<Vec<Promise>> {
    let processors = thread::available_parallelism()?.get();
    println!(
        "\n{:<44}{:>10}{:>16}",
        "sessions per second", "in all", "processor us"
    );
    show("1 thread", &threads(1, period)?);
    if processors > 1 {
        show(
            &format!("{processors} threads"),
            &threads(processors, period)?,
        );
        show(
            &format!("{processors} processes"),
            &processes(processors, period)?,
        );
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let mut ms_each = Vec::new();
    for count in 1..=processors {
        let rate = runtime.block_on(workers(count, period))?;
        let name = if count == 1 { "worker" } else { "workers" };
        show(&format!("{count} {name}, and their pool"), &rate);
        ms_each.push(rate.time.as_secs_f64() * 1e3 * count as f64 / rate.count as f64);
    }
    let (one, all) = (ms_each[0], ms_each[ms_each.len() - 1]);
    Ok(vec![
        Promise {
            what: "a worker's time for a new session (4,000 a second)",
            measured: one,
            at_most: 0.25,
            unit: "ms",
        },
        Promise {
            what: "the same for each of all workers (0.8 of one's rate)",
            measured: all / one,
            at_most: 1.25,
            unit: "times",
        },
    ])
}

/// What a process of [`processes`] does: says that it is ready, waits to be told, and tells how many sessions it made in how many
/// microseconds of processor time.
pub(crate) fn work(period: Duration) -> Result<()> {
    let engine = Engine::new(image()?, &EngineConfig::server(64))?;
    sessions(&engine, WARM_UP)?;
    println!("ready");
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let before = process_cpu();
    let count = sessions_for(&engine, period)?;
    let cpu = process_cpu().saturating_sub(before);
    println!("{count} {}", cpu.as_micros());
    Ok(())
}

/// How many sessions there were, in how much time and processor time.
struct Rate {
    count: u64,
    time: Duration,
    cpu: Duration,
}

fn show(name: &str, rate: &Rate) {
    let each = rate.cpu.as_secs_f64() * 1e6 / rate.count as f64;
    let rate = rate.count as f64 / rate.time.as_secs_f64();
    println!("{name:<44}{rate:>10.0}{each:>16.1}");
}

fn threads(count: usize, period: Duration) -> Result<Rate> {
    let engine = Engine::new(image()?, &EngineConfig::server(64))?;
    sessions(&engine, WARM_UP)?;
    let (before, start) = (process_cpu(), Instant::now());
    let made = thread::scope(|scope| {
        let workers: Vec<_> = (0..count)
            .map(|_| scope.spawn(|| sessions_for(&engine, period)))
            .collect();
        let made = workers.into_iter().map(|worker| {
            worker
                .join()
                .map_err(|_| anyhow::format_err!("a thread panicked"))?
        });
        made.sum::<Result<u64>>()
    })?;
    Ok(Rate {
        count: made,
        time: start.elapsed(),
        cpu: process_cpu().saturating_sub(before),
    })
}

fn processes(count: usize, period: Duration) -> Result<Rate> {
    let mut workers = (0..count)
        .map(|_| ready_worker(period))
        .collect::<Result<Vec<_>>>()?;
    let start = Instant::now();
    for worker in &mut workers {
        drop(worker.stdin.take());
    }
    let (mut made, mut cpu) = (0, Duration::ZERO);
    for worker in workers {
        let output = worker.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (sessions, micros) = text.trim().split_once(' ').context("a worker failed")?;
        made += sessions.parse::<u64>()?;
        cpu += Duration::from_micros(micros.parse()?);
    }
    Ok(Rate {
        count: made,
        time: start.elapsed(),
        cpu,
    })
}

/// The workers are never idle: what their pool does, it does beside them.
async fn workers(count: usize, period: Duration) -> Result<Rate> {
    let clients = count * CLIENTS;
    let pool = Pool::new(
        Spawner::start()?,
        PoolConfig::server(count, 64 * count as u32),
        key()?,
    );
    pool.ready().await?;
    for _ in 0..WARM_UP {
        first_output(&pool).await?;
    }
    let processes: Vec<u32> = pool.workers().iter().map(|worker| worker.process).collect();
    let cpu = || -> Result<Duration> {
        let workers = processes.iter().map(|process| cpu_of(*process));
        Ok(workers.sum::<Result<Duration>>()? + process_cpu())
    };
    let (before, start) = (cpu()?, Instant::now());
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let pool = pool.clone();
        tasks.spawn(async move {
            let mut made = 0;
            while start.elapsed() < period {
                first_output(&pool).await?;
                made += 1;
            }
            anyhow::Ok(made)
        });
    }
    let made = tasks.join_all().await.into_iter().sum::<Result<u64>>()?;
    Ok(Rate {
        count: made,
        time: start.elapsed(),
        cpu: cpu()?.saturating_sub(before),
    })
}

/// A session in a worker after `print(1)`.
pub(crate) async fn first_output(pool: &Pool) -> Result<RemoteSession> {
    let recorder = Recorder::new();
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let mut session = pool
        .session(&policy, &limits, Box::new(recorder.clone()))
        .await?;
    session.execute(&Cell::new("print(1)")).await?;
    ensure!(
        recorder.take().stdout == b"1\n",
        "the session did not print"
    );
    Ok(session)
}

fn ready_worker(period: Duration) -> Result<Child> {
    let mut worker = Command::new(std::env::current_exe()?)
        .arg("--rate-worker")
        .arg(period.as_millis().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = *b"ready\n";
    let output = worker.stdout.as_mut().context("it has a pipe")?;
    output.read_exact(&mut said)?;
    ensure!(said == *b"ready\n", "a worker is not ready");
    Ok(worker)
}

fn sessions_for(engine: &Engine, period: Duration) -> Result<u64> {
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < period {
        sessions(engine, 1)?;
        count += 1;
    }
    Ok(count)
}

fn sessions(engine: &Engine, count: u32) -> Result<()> {
    for _ in 0..count {
        let recorder = Recorder::new();
        let mut session = block_on(Session::start(
            engine,
            &Policy::default(),
            &Limits::tutorial(),
            Box::new(recorder.clone()),
        ))?;
        block_on(session.execute(&Cell::new("print(1)")))?;
        ensure!(
            recorder.take().stdout == b"1\n",
            "the session did not print"
        );
    }
    Ok(())
}
