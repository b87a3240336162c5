//! Speed and memory of sessions, beside native CPython measured in the same run.
//!
//! Everything is a ratio of two things measured in turns, because a machine's speed is not a property of this
//! program. Nothing is asserted unless `--check` asks for it.

mod checkpoint;
mod cpu;
mod fairness;
mod grade;
mod hibernate;
mod interrupt;
mod machine;
mod memory;
mod metering;
mod native;
mod pipe;
mod rate;
mod session;
mod snapshot;
mod stats;
mod trace;
mod worker;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use std::process::ExitCode;
use std::time::Duration;

/// Measures sessions of Croquant beside native CPython.
#[derive(Parser)]
struct Options {
    /// Fewer repetitions: a rough answer in seconds
    #[arg(long)]
    quick: bool,
    /// Fail unless the figures that Croquant promises are reached
    #[arg(long)]
    check: bool,
    /// Measure only these
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Run only the processor benchmarks whose name contains this
    #[arg(long)]
    program: Option<String>,
    /// Be a process of the rate's: make sessions for this many milliseconds
    #[arg(long, hide = true)]
    rate_worker: Option<u64>,
    /// Be the other side of the bare socket
    #[arg(long, hide = true)]
    echo: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Memory of live sessions
    Memory,
    /// Time from a new session to its first output
    Session,
    /// New sessions a second, over threads, processes and workers
    Rate,
    /// Keeping, copying and putting away sessions
    Snapshot,
    /// Keeping a session after each cell
    Checkpoint,
    /// Sessions that sleep in a store
    Hibernate,
    /// Pure-Python programs
    Cpu,
    /// The same programs with and without metering
    Metering,
    /// Time from an interrupt to the end of the cell
    Interrupt,
    /// A program with and without `--trace`
    Trace,
    /// Bytes from one pipe to another
    Pipe,
    /// Sessions in a worker
    Worker,
    /// One reader beside many in a worker
    Fairness,
    /// Submissions graded, beside processes of pytest and unittest
    Grade,
}

/// A figure that was promised, and what was measured.
struct Promise {
    what: &'static str,
    measured: f64,
    at_most: f64,
    unit: &'static str,
}

fn main() -> Result<ExitCode> {
    if let Some(role) = croquant_worker::Role::of_this_process() {
        return Ok(role.play());
    }
    let options = Options::parse();
    if let Some(period_ms) = options.rate_worker {
        rate::work(Duration::from_millis(period_ms))?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.echo {
        worker::echo()?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    let python = native::Python::of_the_recipe()?;
    machine::describe(&python)?;

    let mut promises = Vec::new();
    // First, while this process has little memory itself.
    if wanted(Part::Memory) {
        promises.extend(memory::measure(options.quick)?);
    }
    if wanted(Part::Session) {
        promises.extend(session::measure(
            &python,
            if options.quick { 20 } else { 200 },
        )?);
    }
    if wanted(Part::Rate) {
        let period_ms = if options.quick { 500 } else { 3_000 };
        promises.extend(rate::measure(Duration::from_millis(period_ms))?);
    }
    if wanted(Part::Snapshot) {
        promises.extend(snapshot::measure(if options.quick { 20 } else { 200 })?);
    }
    if wanted(Part::Checkpoint) {
        promises.extend(checkpoint::measure(if options.quick { 20 } else { 200 })?);
    }
    if wanted(Part::Hibernate) {
        promises.extend(hibernate::measure(if options.quick {
            2_000
        } else {
            20_000
        })?);
    }
    if wanted(Part::Cpu) {
        let (repeats, rounds) = if options.quick { (2, 1) } else { (10, 2) };
        promises.extend(cpu::measure(
            &python,
            repeats,
            rounds,
            options.program.as_deref(),
        )?);
    }
    if wanted(Part::Metering) {
        let (repeats, rounds) = if options.quick { (2, 1) } else { (10, 2) };
        promises.extend(metering::measure(repeats, rounds)?);
    }
    if wanted(Part::Interrupt) {
        promises.extend(interrupt::measure(if options.quick { 10 } else { 100 })?);
    }
    if wanted(Part::Trace) {
        promises.extend(trace::measure(if options.quick { 2 } else { 10 })?);
    }
    if wanted(Part::Pipe) {
        let (mib, turns) = if options.quick { (64, 2) } else { (1024, 5) };
        promises.extend(pipe::measure(&python, mib, turns)?);
    }
    if wanted(Part::Worker) {
        promises.extend(worker::measure(if options.quick { 100 } else { 1_000 })?);
    }
    if wanted(Part::Fairness) {
        promises.extend(fairness::measure(if options.quick { 50 } else { 300 })?);
    }
    if wanted(Part::Grade) {
        promises.extend(grade::measure(&python, if options.quick { 1 } else { 5 })?);
    }
    Ok(if report(&promises) || !options.check {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints each promise beside its figure. Whether all were kept.
fn report(promises: &[Promise]) -> bool {
    println!();
    for Promise {
        what,
        measured,
        at_most,
        unit,
    } in promises
    {
        let verdict = if measured <= at_most {
            "kept  "
        } else {
            "broken"
        };
        println!("{verdict} {what}: {measured:.3} {unit} (promised: at most {at_most} {unit})");
    }
    promises
        .iter()
        .all(|promise| promise.measured <= promise.at_most)
}
