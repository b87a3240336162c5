//! What it costs to keep, copy, undo and put away sessions of five kinds.

use anyhow::{Result, ensure};
use croquant_sandbox::{
    Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session, Snapshot, SnapshotKey,
};
use croquant_tests::{block_on, image};

use crate::Promise;
use crate::stats::{Samples, ms};

const KINDS: &[(&str, &str)] = &[
    ("print(1)", "print(1)"),
    (
        "class, function, dict of 1,000",
        "class Point:\n    def __init__(self, x): self.x = x\ndef double(n): return 2 * n\ntable = {str(i): Point(i) for i in range(1000)}",
    ),
    (
        "json, dataclasses, unittest",
        "import json, dataclasses, unittest",
    ),
    (
        "database, generator, files",
        "import sqlite3\ndb = sqlite3.connect(':memory:')\ndb.execute('create table t (n)')\ndb.executemany('insert into t values (?)', [(i,) for i in range(1000)])\nsquares = (i * i for i in range(10**9))\nnext(squares)\nopen('/tmp/f', 'w').write('line\\n' * 1000)",
    ),
    (
        "list of 100,000 ints",
        "numbers = [i * 1001 for i in range(100_000)]",
    ),
];

/// What of them counts as small: all but the last.
const SMALL: usize = KINDS.len() - 1;

#[derive(Default)]
struct Times {
    checkpoint: Samples,
    encode: Samples,
    restore: Samples,
    fork: Samples,
    undo: Samples,
    bytes: usize,
}

impl Times {
    /// Taking it and writing it down.
    fn snapshot_ms(&self) -> f64 {
        ms(self.checkpoint.percentile(50)) + ms(self.encode.percentile(50))
    }
}

/// Takes `turns` sessions of each kind through it all.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let here = Engine::new(image()?, &EngineConfig::server(16))?;
    let there = Engine::new(image()?, &EngineConfig::server(16))?;
    let key = SnapshotKey::random().map_err(|error| anyhow::anyhow!("{error}"))?;
    println!(
        "\n{:<32}{:>12}{:>9}{:>9}{:>12}{:>9}{:>9}",
        "snapshots (p50)", "checkpoint", "encode", "KiB", "resume", "fork", "undo"
    );
    let mut kinds = Vec::new();
    for (name, source) in KINDS {
        let mut times = Times::default();
        block_on(one(&here, &there, &key, source, &mut Times::default()))?;
        for _ in 0..turns {
            block_on(one(&here, &there, &key, source, &mut times))?;
        }
        let p50 = |samples: &Samples| ms(samples.percentile(50));
        println!(
            "{name:<32}{:>9.3} ms{:>9.3}{:>9.1}{:>12.3}{:>9.3}{:>9.3}",
            p50(&times.checkpoint),
            p50(&times.encode),
            times.bytes as f64 / 1024.0,
            p50(&times.restore),
            p50(&times.fork),
            p50(&times.undo),
        );
        kinds.push(times);
    }
    let worst = |kinds: &[Times], of: fn(&Times) -> &Samples| {
        let each = kinds.iter().map(|times| ms(of(times).percentile(50)));
        each.fold(0.0, f64::max)
    };
    let promise = |what, measured, at_most, unit| Promise {
        what,
        measured,
        at_most,
        unit,
    };
    let kib = |times: &Times| times.bytes as f64 / 1024.0;
    Ok(vec![
        promise("snapshot after print(1)", kib(&kinds[0]), 12.0, "KiB"),
        promise("taking and writing it", kinds[0].snapshot_ms(), 0.5, "ms"),
        promise("snapshot with imports", kib(&kinds[2]), 100.0, "KiB"),
        promise(
            "checkpoint of a small session",
            worst(&kinds[..SMALL], |t| &t.checkpoint),
            0.5,
            "ms",
        ),
        promise(
            "going on from bytes elsewhere",
            worst(&kinds, |t| &t.restore),
            3.0,
            "ms",
        ),
        promise(
            "fork of a template",
            ms(kinds[0].fork.percentile(50)),
            0.03,
            "ms",
        ),
        promise(
            "fork of a small session",
            worst(&kinds[..SMALL], |t| &t.fork),
            0.5,
            "ms",
        ),
    ])
}

async fn one(
    here: &Engine,
    there: &Engine,
    key: &SnapshotKey,
    source: &str,
    times: &mut Times,
) -> Result<()> {
    let console = || Box::new(Recorder::new());
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let mut session = Session::start(here, &policy, &limits, console()).await?;
    let report = session.execute(&Cell::new(source)).await?;
    ensure!(report.outcome == Outcome::Completed, "{report:?}");
    let start = std::time::Instant::now();
    let snapshot = session.snapshot().await?;
    times.checkpoint.push(start.elapsed());
    let bytes = times.encode.time(|| snapshot.encode(here, key))?;
    times.bytes = bytes.len();

    let start = std::time::Instant::now();
    let decoded = Snapshot::decode(&bytes, there, key)?;
    let mut elsewhere = Session::resume(there, &decoded, console()).await?;
    times.restore.push(start.elapsed());
    let report = elsewhere.execute(&Cell::new("pass")).await?;
    ensure!(report.outcome == Outcome::Completed, "{report:?}");

    let start = std::time::Instant::now();
    let fork = session.fork(console()).await?;
    times.fork.push(start.elapsed());
    drop(fork);

    session.execute(&Cell::new("x = 1")).await?;
    let start = std::time::Instant::now();
    session.restore(&snapshot).await?;
    times.undo.push(start.elapsed());
    Ok(())
}
