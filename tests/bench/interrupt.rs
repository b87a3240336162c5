//! Interrupt latency: from the press to the end of the cell, variables kept.

use crate::Promise;
use crate::stats::{Samples, ms};
use anyhow::{Result, ensure};
use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Outcome, Policy, Recorder, Session};
use croquant_tests::{block_on, image};
use std::time::{Duration, Instant};

/// Loops of Python, whose latency is promised, and of C.
const PYTHON: &[(&str, &str)] = &[
    ("while True: pass", "while True: pass"),
    ("a loop of calls", "def f(): pass\nwhile True: f()"),
    ("a generator", "sum(i for i in range(10**15))"),
    (
        "nested tries",
        "while True:\n  try:\n    {}['x']\n  except KeyError:\n    pass",
    ),
    (
        "comprehensions",
        "while True: [i * i for i in range(10_000)]",
    ),
];
const C: &[(&str, &str)] = &[
    ("sum(range(10**12))", "sum(range(10**12))"),
    ("10**10**8", "10**10**8"),
    ("'a' * 10**8, again and again", "while True: 'a' * 10**8"),
    ("(a+)+$", "import re; re.match('(a+)+$', 'a' * 64 + 'b')"),
];

/// Interrupts each loop `turns` times, after a pause that is never the same.
pub(crate) fn measure(turns: u32) -> Result<Vec<Promise>> {
    let engine = Engine::new(image()?, &EngineConfig::script())?;
    println!(
        "\n{:<34}{:>10}{:>10}{:>10}",
        "interrupt", "p50 ms", "p99 ms", "max ms"
    );
    let mut python = Samples::default();
    for (name, source) in PYTHON {
        let samples = interrupt(&engine, source, turns)?;
        print(name, &samples);
        python.extend(&samples);
    }
    print("Python loops, all", &python);
    for (name, source) in C {
        print(name, &interrupt(&engine, source, turns.div_ceil(5))?);
    }
    Ok(vec![Promise {
        what: "interrupt of a Python loop, 99th percentile",
        measured: ms(python.percentile(99)),
        at_most: 20.0,
        unit: "ms",
    }])
}

fn print(name: &str, samples: &Samples) {
    println!(
        "{name:<34}{:>10.2}{:>10.2}{:>10.2}",
        ms(samples.percentile(50)),
        ms(samples.percentile(99)),
        ms(samples.percentile(100))
    );
}

fn interrupt(engine: &Engine, source: &str, turns: u32) -> Result<Samples> {
    let console = Box::new(Recorder::new());
    let mut session = block_on(Session::start(
        engine,
        &Policy::default(),
        &Limits::tutorial(),
        console,
    ))?;
    block_on(session.execute(&Cell::new("kept = 1")))?;
    let mut samples = Samples::default();
    for turn in 0..turns {
        let interrupter = session.interrupter();
        let presser = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(20_000 + u64::from(turn) * 137));
            let pressed = Instant::now();
            interrupter.interrupt();
            pressed
        });
        let report = block_on(session.execute(&Cell::new(source)))?;
        let ended = Instant::now();
        let pressed = presser.join().expect("it only sleeps");
        ensure!(
            report.outcome == Outcome::Interrupted && report.alive,
            "`{source}` ended with {:?}",
            report.outcome
        );
        samples.push(ended.saturating_duration_since(pressed));
    }
    let kept = block_on(session.execute(&Cell::new("kept")))?;
    ensure!(kept.outcome == Outcome::Completed, "the variables are gone");
    Ok(samples)
}
