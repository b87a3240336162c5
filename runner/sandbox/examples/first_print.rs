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

use croquant_sandbox::{
    Answer, BoxFuture, Cell, Console, Engine, EngineConfig, Limits, Message, Policy, Session,
    Stream,
};

/// Throws everything away.
struct Nobody;

impl Console for Nobody {
    fn write<'a>(&'a mut self, _: Stream, _: &'a [u8]) -> BoxFuture<'a, std::io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
    fn read(&mut self, _: usize) -> BoxFuture<'_, std::io::Result<Vec<u8>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
    fn input(&mut self, _: String, _: bool) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::ready(Answer::Unsupported))
    }
    fn emit(&mut self, _: Message) {}
}

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
    let mut first = Session::start(&engine, &policy, &limits, Box::new(Nobody))
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
    let mut parts: [Vec<Duration>; 5] = Default::default();
    for _ in 0..sessions {
        let began = Instant::now();
        let session = Session::start(&engine, &policy, &limits, Box::new(Nobody));
        let mut session = session.await.expect("a session");
        let started = Instant::now();
        let cell = Cell::new("print(1)");
        session.execute(&cell).await.expect("a report");
        let printed = Instant::now();
        session.execute(&cell).await.expect("a report");
        let again = Instant::now();
        drop(session);
        let spans = [
            started - began,
            printed - started,
            printed - began,
            again - printed,
            again.elapsed(),
        ];
        for (part, span) in parts.iter_mut().zip(spans) {
            part.push(span);
        }
    }
    for (name, mut part) in ["start", "print", "start + print", "second print", "drop"]
        .into_iter()
        .zip(parts)
    {
        part.sort();
        println!(
            "{name:>14}: least {:>9.1?}  p50 {:>9.1?}  p99 {:>9.1?}",
            part[0],
            part[part.len() / 2],
            part[part.len() * 99 / 100]
        );
    }
    let before = private_kib();
    let mut live = Vec::new();
    for _ in 0..LIVE {
        let mut session = Session::start(&engine, &policy, &limits, Box::new(Nobody))
            .await
            .expect("a session");
        session
            .execute(&Cell::new("print(1)"))
            .await
            .expect("a report");
        live.push(session);
    }
    println!(
        "{LIVE} live sessions: {} KiB private each",
        (private_kib() - before) / LIVE
    );
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
