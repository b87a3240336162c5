//! How long a new session takes to its first `print(1)`, the parts of that time, and what a live session weighs.
//!
//! `cargo run --release --example first_print -- IMAGE [SESSIONS]`, where `IMAGE` is a compiled guest, or a module to compile.

#![expect(
    clippy::disallowed_methods,
    reason = "an example reads its arguments and files"
)]

use std::fs::File;
use std::io::{Seek, Write};
use std::time::{Duration, Instant};

use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Recorder, Session};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("the image's path");
    let sessions = args.next().map_or(2_000, |number| {
        number.parse().expect("a number of sessions")
    });
    let image = open(&path);
    let began = Instant::now();
    let engine = Engine::new(image, &EngineConfig::server(1_000)).expect("an image");
    println!("engine ready in {:.1?}", began.elapsed());
    let (policy, limits) = (Policy::default(), Limits::tutorial());
    let mut first = Session::start(&engine, &policy, &limits, Box::new(Recorder::new()))
        .await
        .expect("a session");
    for turn in ["first", "second"] {
        let report = first
            .execute(&Cell::new("print(1)"))
            .await
            .expect("a report");
        println!(
            "{turn} print: {:?}, {} fuel, {} bytes of output",
            report.outcome, report.fuel, report.output_bytes
        );
    }
    let mut parts: [Vec<Duration>; 6] = Default::default();
    for _ in 0..sessions {
        let began = Instant::now();
        let session = Session::start(&engine, &policy, &limits, Box::new(Recorder::new()));
        let mut session = session.await.expect("a session");
        let started = Instant::now();
        let cell = Cell::new("print(1)");
        session.execute(&cell).await.expect("a report");
        let printed = Instant::now();
        session.checkpoint().await;
        let kept = Instant::now();
        session.execute(&cell).await.expect("a report");
        let again = Instant::now();
        drop(session);
        let spans = [
            started - began,
            printed - started,
            printed - began,
            kept - printed,
            again - kept,
            again.elapsed(),
        ];
        for (part, span) in parts.iter_mut().zip(spans) {
            part.push(span);
        }
    }
    let names = [
        "start",
        "print",
        "start + print",
        "checkpoint",
        "second print",
        "drop",
    ];
    for (name, mut part) in names.into_iter().zip(parts) {
        part.sort();
        println!(
            "{name:>14}: least {:>9.1?}  p50 {:>9.1?}  p99 {:>9.1?}",
            part[0],
            part[part.len() / 2],
            part[part.len() * 99 / 100]
        );
    }
    restores(&engine, &policy, &limits).await;
    weigh(&engine, &policy, &limits).await;
}

/// What sessions of some sizes keep to go back to, how long keeping it takes, and going back.
async fn restores(engine: &Engine, policy: &Policy, limits: &Limits) {
    for (name, source) in [
        ("print(1)", "print(1)"),
        (
            "imports",
            "import json, dataclasses, unittest, asyncio, decimal",
        ),
        ("a list of 100,000", "x = list(range(100_000))"),
        (
            "48 MB",
            "x = [bytes([i % 251]) * 4096 for i in range(11_000)]",
        ),
    ] {
        let mut session = Session::start(engine, policy, limits, Box::new(Recorder::new()))
            .await
            .expect("a session");
        session.execute(&Cell::new(source)).await.expect("a report");
        let mut spans = [Vec::new(), Vec::new()];
        let mut bytes = None;
        for _ in 0..20 {
            let quiet = Cell::new("pass");
            session.execute(&quiet).await.expect("a report");
            let began = Instant::now();
            session.checkpoint().await;
            let kept = Instant::now();
            let report = session
                .execute(&Cell::new("import os; os.abort()"))
                .await
                .expect("a report");
            assert!(report.restored, "{report:?}");
            bytes = report.checkpoint_bytes;
            spans[0].push(kept - began);
            spans[1].push(kept.elapsed());
        }
        let [checkpoint, restore] = spans.map(|mut span| {
            span.sort();
            span[span.len() / 2]
        });
        let kib = bytes.unwrap_or(0) >> 10;
        println!(
            "{name:>20}: {kib} KiB kept in {checkpoint:.1?}, a trap and back in {restore:.1?}"
        );
    }
}

/// What a live session weighs, without its checkpoint and with it.
async fn weigh(engine: &Engine, policy: &Policy, limits: &Limits) {
    let before = private_kib();
    let mut live = Vec::new();
    for _ in 0..LIVE {
        let mut session = Session::start(engine, policy, limits, Box::new(Recorder::new()))
            .await
            .expect("a session");
        session
            .execute(&Cell::new("print(1)"))
            .await
            .expect("a report");
        live.push(session);
    }
    let without = (private_kib() - before) / LIVE;
    for session in &mut live {
        session.checkpoint().await;
    }
    let with = (private_kib() - before) / LIVE;
    println!("{LIVE} live sessions: {without} KiB private each, {with} with a checkpoint");
}

/// How many sessions are held at once to weigh them. More than the slots that the first part has warmed.
const LIVE: u64 = 500;

/// Memory that only this process has.
fn private_kib() -> u64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").expect("Linux");
    let lines = rollup.lines().filter(|line| line.starts_with("Private_"));
    lines
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .sum()
}

fn open(path: &str) -> File {
    let bytes = std::fs::read(path).expect("the image");
    if bytes.starts_with(b"\x7fELF") {
        return File::open(path).expect("the image");
    }
    let image = croquant_sandbox::compile::precompile(&bytes).expect("a module");
    let mut file = tempfile::tempfile().expect("a scratch file");
    file.write_all(&image)
        .and_then(|()| file.rewind())
        .expect("room for the image");
    file
}
