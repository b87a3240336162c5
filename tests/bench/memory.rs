//! Private memory per live session.

use crate::Promise;
use anyhow::Result;
use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session};
use croquant_tests::{block_on, image};
use std::fs;

/// Keeps `count` sessions alive after `print(1)` and prints what each added to this process.
pub(crate) fn measure(count: u32) -> Result<Vec<Promise>> {
    let engine = Engine::new(image()?, &EngineConfig::server(count + 1))?;
    let mut sessions = vec![printed(&engine)?];
    // With one session alive, so that what the engine itself takes on first use is not spread over the others.
    let before = private_bytes()?;
    for _ in 0..count {
        sessions.push(printed(&engine)?);
    }
    let each = (private_bytes()? - before) as f64 / f64::from(count) / 1024.0;
    println!(
        "\nmemory   {each:.0} KiB private per live session, over {count} sessions after print(1)"
    );
    Ok(vec![Promise {
        what: "private memory per live session",
        measured: each,
        at_most: 450.0,
        unit: "KiB",
    }])
}

/// A session after `print(1)`.
pub(crate) fn printed(engine: &Engine) -> Result<Session> {
    let recorder = Recorder::new();
    let mut session = block_on(Session::start(
        engine,
        &Policy::default(),
        &Limits::tutorial(),
        Box::new(recorder.clone()),
    ))?;
    block_on(session.execute(&Cell::new("print(1)")))?;
    anyhow::ensure!(
        recorder.take().stdout == b"1\n",
        "the session did not print"
    );
    Ok(session)
}

/// `Private_Clean` and `Private_Dirty` of this process.
fn private_bytes() -> Result<u64> {
    let kib = fs::read_to_string("/proc/self/smaps_rollup")?
        .lines()
        .filter(|line| line.starts_with("Private_Clean:") || line.starts_with("Private_Dirty:"))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .sum::<u64>();
    Ok(kib * 1024)
}
