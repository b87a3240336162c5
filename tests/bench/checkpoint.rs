//! What it costs to keep a session after each of its cells.

use anyhow::{Result, ensure};
use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
use croquant_tests::{block_on, image};

use crate::Promise;
use crate::stats::{Samples, ms};

/// What a reader of a tutorial runs, one after the other.
const CELLS: &[(&str, &str)] = &[
    ("print(1)", "print(1)"),
    ("a number", "x = 1"),
    (
        "a function",
        "def double(n):\n    return 2 * n\nprint(double(x))",
    ),
    ("import json", "import json\njson.dumps({'x': x})"),
    (
        "a class",
        "class Point:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n    def __repr__(self):\n        return f'Point({self.x}, {self.y})'\nPoint(x, 2)",
    ),
    (
        "a loop",
        "total = 0\nfor i in range(1_000):\n    total += i * i\nprint(total)",
    ),
    ("a list of 1,000", "squares = [n * n for n in range(1_000)]"),
    ("an error", "1 / 0"),
];

/// Runs the cells in `turns` sessions, each kept after each cell.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let engine = Engine::new(image()?, &EngineConfig::server(16))?;
    let mut times: Vec<_> = CELLS.iter().map(|_| Samples::default()).collect();
    let mut weights = vec![0; CELLS.len()];
    for _ in 0..turns {
        block_on(one(&engine, &mut times, &mut weights))?;
    }
    println!(
        "\n{:<32}{:>12}{:>9}{:>12}",
        "checkpoint per cell, ms", "p50", "p99", "KiB kept"
    );
    let mut worst = 0.0_f64;
    for (((name, _), samples), bytes) in CELLS.iter().zip(&times).zip(weights) {
        let (p50, p99) = (ms(samples.percentile(50)), ms(samples.percentile(99)));
        println!(
            "{name:<32}{p50:>12.3}{p99:>9.3}{:>12.1}",
            bytes as f64 / 1024.0
        );
        worst = worst.max(p50);
    }
    Ok(vec![Promise {
        what: "checkpoint after an ordinary cell",
        measured: worst,
        at_most: 0.5,
        unit: "ms",
    }])
}

async fn one(engine: &Engine, times: &mut [Samples], weights: &mut [usize]) -> Result<()> {
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let console = Box::new(Recorder::new());
    let mut session = Session::start(engine, &policy, &limits, console).await?;
    for (((name, source), samples), bytes) in CELLS.iter().zip(times).zip(weights) {
        let report = session.execute(&Cell::new(source)).await?;
        let as_meant = match report.outcome {
            Outcome::Completed => *name != "an error",
            Outcome::Raised => *name == "an error",
            _ => false,
        };
        ensure!(as_meant, "{report:?}");
        let start = std::time::Instant::now();
        session.checkpoint().await;
        samples.push(start.elapsed());
        let kept = session.checkpoint_bytes();
        *bytes = kept.ok_or_else(|| anyhow::anyhow!("no checkpoint was taken"))?;
    }
    Ok(())
}
